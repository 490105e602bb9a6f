import { escape, number, short } from './text.js';

const BLUE = [33, 102, 172], RED = [178, 24, 43];

/** The size of the picture of an array at a node: [width, height]. */
export function heatSize(value) {
    const [rows, columns] = value;
    const side = cellSide(rows, columns);
    return [columns * side, rows * side];
}

/** An array as cells, blue below and red above zero, strong where it is large; `x` and `y` are the upper left corner. */
export function heatSvg(value, x, y, side = cellSide(value[0], value[1]), title = null) {
    const [rows, columns, ...cells] = value;
    const largest = Math.max(...cells.map(cell => Math.abs(cell ?? 0)), 1e-300);
    const parts = cells.map((cell, i) => {
        const about = title ? `<title>${escape(title(Math.floor(i / columns), i % columns))}: ${number(cell)}</title>` : '';
        return `<rect class="cell" x="${(x + side * (i % columns)).toFixed(1)}" y="${(y + side * Math.floor(i / columns)).toFixed(1)}" width="${side}" height="${side}" fill="${colour(cell, largest)}">${about}</rect>`;
    });
    const frame = `<rect class="frame" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${columns * side}" height="${rows * side}"/>`;
    return `<g class="heat">${parts.join('')}${frame}</g>`;
}

/** A matrix as an SVG element of its own, with names at its rows and columns where there is room. */
export function heatMapSvg(picture) {
    const [rows, columns] = picture.cells;
    const side = Math.max(6, Math.min(28, Math.floor(720 / Math.max(rows, columns))));
    const left = picture.rows.length > 0 && side >= 12 ? 14 + 6.6 * Math.max(...picture.rows.map(name => Math.min(name.length, 18))) : 12;
    const top = picture.columns.length > 0 && side >= 12 ? 14 + 5.4 * Math.max(...picture.columns.map(name => Math.min(name.length, 18))) : 12;
    const right = top > 12 ? 14 + 4.4 * Math.min(picture.columns[columns - 1].length, 18) : 12;
    const [width, height] = [Math.ceil(left + side * columns + right), Math.ceil(top + side * rows + 12)];
    const rowNames = left > 12 ? picture.rows.map((name, i) => `<text class="small" style="text-anchor:end" x="${left - 5}" y="${(top + side * (i + 0.5) + 4).toFixed(1)}">${escape(short(name, 18))}</text>`) : [];
    const columnNames = top > 12 ? picture.columns.map((name, j) => {
        const [x, y] = [left + side * (j + 0.5) + 3, top - 5];
        return `<text class="small" style="text-anchor:start" transform="rotate(-50 ${x.toFixed(1)} ${y.toFixed(1)})" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escape(short(name, 18))}</text>`;
    }) : [];
    const nameOf = (names, i, what) => names[i] ?? `${what} ${i + 1}`;
    const map = heatSvg(picture.cells, left, top, side, (i, j) => `${nameOf(picture.rows, i, 'row')}, ${nameOf(picture.columns, j, 'column')}`);
    return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
        `aria-labelledby="title-${picture.id} desc-${picture.id}"><title id="title-${picture.id}">${escape(picture.title)}</title>` +
        `<desc id="desc-${picture.id}">${escape(picture.description)}</desc>${map}${rowNames.join('')}${columnNames.join('')}</svg>`;
}

// Few cells are large enough to be told apart, many small enough for a node.
function cellSide(rows, columns) {
    return Math.max(4, Math.min(10, Math.floor(64 / Math.max(rows, columns))));
}

function colour(value, largest) {
    if (value === null) return '#888';
    const share = Math.abs(value) / largest;
    const mixed = (value < 0 ? BLUE : RED).map(part => Math.round(255 + (part - 255) * share));
    return `rgb(${mixed.join(',')})`;
}
