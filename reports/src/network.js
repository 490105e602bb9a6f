import { escape, number, short } from './text.js';

// So many units of a layer are drawn; the others are a note.
const MOST_UNITS = 16;

// "LayerNorm Tanh Skip" as a line each.
const steps = text => text.split(' ');

/** A network as an SVG element: a column for each layer, weights as edges, blue below and red above zero. */
export function networkSvg(picture) {
    const sizes = picture.layers.map(layer => layer.size);
    const drawn = sizes.map(size => Math.min(size, MOST_UNITS));
    // Above the units of a layer: what is trained in it with shapes, what it does, and the arcs of skip connections.
    const above = picture.layers.map((layer, l) => [...layer.shapes, ...steps(layer.activation), ...(sizes[l] > drawn[l] ? [`first ${drawn[l]} of ${sizes[l]}`] : [])]);
    const lines = 14 * Math.max(...above.map(texts => texts.length));
    const arcs = picture.layers.some(layer => layer.skip > 0) ? 40 : 0;
    const top = 16 + lines + arcs;
    const height = top + 16 + 46 * Math.max(...drawn);
    const width = 90 + 170 * (sizes.length - 1) + 90;
    const place = (layer, unit) => [90 + 170 * layer, top + (height - top) * (unit + 0.5) / drawn[layer]];
    const largest = Math.max(...picture.layers.flatMap(layer => layer.weights ? layer.weights.flat().map(Math.abs) : []), 1e-300);
    const edges = [];
    const units = [];
    picture.layers.forEach((layer, l) => {
        const name = unit => layer.names[unit];
        for (let j = 0; j < drawn[l]; j++) {
            const [x, y] = place(l, j);
            for (let i = 0; l > 0 && i < drawn[l - 1]; i++) {
                const weight = layer.weights[i][j];
                const [fromX, fromY] = place(l - 1, i);
                const share = Math.abs(weight) / largest;
                edges.push(`<path class="weight ${weight < 0 ? 'negative' : 'positive'}" d="M${fromX} ${fromY.toFixed(1)}L${x} ${y.toFixed(1)}" ` +
                    `stroke-width="${(0.5 + 4.5 * share).toFixed(2)}" stroke-opacity="${(0.2 + 0.8 * share).toFixed(2)}"><title>` +
                    `${escape(`from ${picture.layers[l - 1].names[i]} to ${name(j)}: ${number(weight)}`)}</title></path>`);
            }
            const about = l === 0 ? `input ${name(j)}` : `${name(j)}, bias ${number(layer.biases[j])}`;
            units.push(`<g class="node ${l === 0 ? 'variable' : 'operation'}"><title>${escape(about)}</title><circle cx="${x}" cy="${y.toFixed(1)}" r="15"/>` +
                `<text x="${x}" y="${(y + 4).toFixed(1)}" class="small">${escape(l === 0 ? j + 1 : number(Number(layer.biases[j].toPrecision(2))))}</text>` +
                (l === 0 || l === sizes.length - 1
                    ? `<text x="${l === 0 ? x - 20 : x + 20}" y="${(y + 4).toFixed(1)}" class="small" style="text-anchor:${l === 0 ? 'end' : 'start'}">${escape(short(name(j), 10))}</text>`
                    : '') + '</g>');
        }
        above[l].forEach((text, i) => units.push(`<text x="${90 + 170 * l}" y="${16 + 14 * i}" class="small">${escape(text)}</text>`));
        if (layer.skip > 0) {
            const [from, to] = [90 + 170 * (l - layer.skip), 90 + 170 * l];
            edges.push(`<path class="weight positive" fill="none" stroke-width="1.5" stroke-dasharray="5 3" d="M${from} ${top}C${from} ${top - arcs} ${to} ${top - arcs} ${to} ${top}"><title>` +
                `${escape(`what ${l === layer.skip ? 'the inputs are' : `layer ${l - layer.skip} gives`} is added in layer ${l}`)}</title></path>`);
        }
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
        `aria-labelledby="title-${picture.id} desc-${picture.id}"><title id="title-${picture.id}">${escape(picture.title)}</title>` +
        `<desc id="desc-${picture.id}">${escape(picture.description)}</desc>${edges.join('')}${units.join('')}</svg>`;
}
