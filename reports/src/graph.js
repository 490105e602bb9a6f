import * as dagre from '@dagrejs/dagre';
import { heatSize, heatSvg } from './heat.js';
import { escape, short, valueText } from './text.js';

// More nodes than these at once are no picture any more, and laying them out takes seconds.
const FIRST_NODES = 60;
const MOST_NODES = 400;

const LABEL = 0, KIND = 1, VALUE = 2, GRADIENT = 3, ARGUMENTS = 4, SHAPE = 6;
const ORDERED = ['sub', 'div', 'pow', 'less', 'select', 'matmul', 'outer', 'concat', 'stack'];
const KINDS = ['constant', 'variable', 'operation'];

/** The nodes whose arguments are shown at first: from the result (node 0) upwards, until the picture is full. */
export function openAtFirst(picture, limit = FIRST_NODES) {
    const open = new Set();
    const shown = new Set([0]);
    const queue = [0];
    for (let next = 0; next < queue.length; next++) {
        const added = picture.nodes[queue[next]][ARGUMENTS].filter(id => id >= 0 && !shown.has(id));
        if (shown.size + new Set(added).size > limit) continue;
        open.add(queue[next]);
        for (const id of added) {
            if (shown.has(id)) continue;
            shown.add(id);
            queue.push(id);
        }
    }
    return open;
}

/** Shows or hides the arguments of a node; false when the picture would become too large. */
export function toggle(picture, open, id) {
    if (open.delete(id)) return true;
    const more = new Set(open).add(id);
    if (visible(picture, more).length > MOST_NODES) return false;
    open.add(id);
    return true;
}

/** The nodes that are shown: the result, and the arguments of what is open. */
export function visible(picture, open) {
    const shown = new Set([0]);
    for (const id of shown) {
        if (!open.has(id)) continue;
        for (const argument of picture.nodes[id][ARGUMENTS]) if (argument >= 0) shown.add(argument);
    }
    return [...shown];
}

/**
 * The graph as an SVG element: leaves on top, the result at the bottom. `sweep` says how far values and adjoints are known; without it
 * all are. It moves no node.
 */
export function graphSvg(picture, open, interactive, sweep = null) {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 30, marginx: 12, marginy: 12, ranker: 'longest-path' });
    graph.setDefaultEdgeLabel(() => ({}));
    const shown = visible(picture, open);
    for (const id of shown) {
        const lines = linesOf(picture.nodes[id], picture);
        graph.setNode(String(id), { width: Math.max(44, 14 + Math.max(...lines.map(widthOf))), height: 16 + lines.reduce((sum, line) => sum + heightOf(line), 0), lines });
    }
    for (const id of shown) {
        if (!open.has(id)) continue;
        picture.nodes[id][ARGUMENTS].forEach((argument, i) => {
            if (argument >= 0) graph.setEdge(String(argument), String(id), {}, String(i));
        });
    }
    dagre.layout(graph);

    const edges = graph.edges().map(edge => {
        const { points } = graph.edge(edge);
        const end = points[points.length - 1];
        // Where the order of the arguments matters, each arrow has its number.
        const order = ORDERED.includes(picture.nodes[edge.w][LABEL].split(/[ (]/)[0])
            ? `<text class="small" x="${(end.x + (end.x < graph.node(edge.w).x ? -7 : 8)).toFixed(1)}" y="${(end.y - 4).toFixed(1)}">${Number(edge.name) + 1}</text>`
            : '';
        // What goes along the arrow, where it is no number.
        const shape = picture.nodes[edge.v][SHAPE];
        const middle = points[Math.floor(points.length / 2)];
        const size = shape ? `<text class="shape" x="${middle.x.toFixed(1)}" y="${(middle.y + 3).toFixed(1)}">${escape(shape)}</text>` : '';
        const flows = sweep?.edges.has(`${edge.w}.${edge.name}`) ? ` flow${sweep.isBack ? ' back' : ''}` : '';
        return `<path class="edge${flows}" d="M${points.map(point => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join('L')}" marker-end="url(#arrow-${picture.id})"/>${order}${size}`;
    });
    const nodes = shown.map(id => nodeSvg(id, graph.node(String(id)), picture, open, interactive, sweep));
    const { width, height } = graph.graph();
    return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="group" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" ` +
        `aria-labelledby="title-${picture.id} desc-${picture.id}"><title id="title-${picture.id}">${escape(picture.title)}</title>` +
        `<desc id="desc-${picture.id}">${escape(picture.description)}</desc>` +
        `<defs><marker id="arrow-${picture.id}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker></defs>` +
        `${edges.join('')}${nodes.join('')}</svg>`;
}

/** What stands in a node, line by line: texts, and arrays after the mark before them. */
function linesOf(node, picture) {
    return linesAt(node, picture, picture.hasValues ? node[VALUE] : undefined, picture.hasValues && picture.hasAdjoints !== false ? node[GRADIENT] : undefined);
}

/** The same with what is known of it so far; null for what is not known yet, and the room of which is kept. */
function linesAt(node, picture, value, adjoint) {
    const lines = [{ text: short(node[LABEL], picture.hasArrays ? 24 : 14) }];
    if (value !== undefined && node[KIND] !== 0) lines.push(lineOf('= ', value, node[VALUE]));
    if (value !== undefined && picture.hasArrays && node[KIND] === 0 && Array.isArray(node[VALUE])) lines.push(lineOf('= ', value, node[VALUE]));
    if (adjoint !== undefined) lines.push(lineOf('\u2202 ', adjoint, node[GRADIENT]));
    return lines;
}

const WAITING = Symbol('not known yet');

function lineOf(mark, value, whole) {
    const cells = Array.isArray(whole) ? whole : null;
    return value === WAITING ? { text: '', cells } : Array.isArray(value) ? { text: mark, cells, shown: value } : { text: `${mark}${valueText(value)}`, cells };
}

function widthOf(line) {
    return line.cells ? Math.max(heatSize(line.cells)[0] + 16, 7.6 * line.text.length) : 7.6 * line.text.length;
}

function heightOf(line) {
    return line.cells ? heatSize(line.cells)[1] + 5 : 16;
}

function nodeSvg(id, place, picture, open, interactive, sweep) {
    const node = picture.nodes[id];
    const folds = node[ARGUMENTS].some(argument => argument >= 0);
    const isFolded = node[ARGUMENTS].length > 0 && !open.has(id);
    const about = `${KINDS[node[KIND]]} ${node[LABEL]}` +
        (picture.hasValues ? `, value ${valueText(node[VALUE])}` : '') +
        (picture.hasValues && picture.hasAdjoints !== false ? `, derivative of the result by it ${valueText(node[GRADIENT])}` : '') +
        (id === 0 ? ', the result' : '') + (isFolded ? ', its arguments are hidden' : '');
    const button = interactive && folds ? ` tabindex="0" role="button" aria-expanded="${open.has(id)}"` : '';
    const { x, y, width, height } = place;
    const lines = sweep
        ? linesAt(node, picture, sweep.values.has(id) ? node[VALUE] : WAITING, picture.hasAdjoints === false ? undefined : sweep.adjoints.has(id) ? sweep.adjoints.get(id) : WAITING)
        : place.lines;
    const state = sweep ? `${sweep.current === id ? ' current' : ''}${sweep.values.has(id) ? '' : ' waiting'}` : '';
    let top = y - height / 2 + 8;
    const parts = lines.map((line, i) => {
        const middle = top + heightOf(line) / 2;
        const style = i > 0 ? ' class="small"' : '';
        let part = '';
        if (line.shown) {
            const [mapWidth, mapHeight] = heatSize(line.cells);
            part = `<text x="${(x - mapWidth / 2 - 3).toFixed(1)}" y="${(middle + 4.5).toFixed(1)}"${style}>${escape(line.text.trim())}</text>` + heatSvg(line.shown, x - mapWidth / 2 + 5, middle - mapHeight / 2);
        } else if (line.text) {
            part = `<text x="${x.toFixed(1)}" y="${(middle + 4.5).toFixed(1)}"${style}>${escape(line.text)}</text>`;
        }
        top += heightOf(line);
        return part;
    });
    const mark = isFolded ? `<text class="more" x="${x.toFixed(1)}" y="${(y - height / 2 + 1).toFixed(1)}">+</text>` : '';
    return `<g class="node ${KINDS[node[KIND]]}${id === 0 ? ' result' : ''}${state}" data-node="${id}" aria-label="${escape(about)}"${button}><title>${escape(about)}</title>` +
        `<rect x="${(x - width / 2).toFixed(1)}" y="${(y - height / 2).toFixed(1)}" width="${width.toFixed(1)}" height="${height}" rx="${node[KIND] === 2 ? 14 : 3}"/>${parts.join('')}${mark}</g>`;
}
