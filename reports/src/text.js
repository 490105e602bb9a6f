/** Text as XML and HTML take it, attributes included. */
export function escape(text) {
    return String(text).replace(/[&<>"']/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]);
}

/** A number with four digits; what is not finite came as null. */
export function number(value) {
    if (value === null || value === undefined || !Number.isFinite(value)) return 'not finite';
    return String(Number(value.toPrecision(4)));
}

/** A label cut to a length. */
export function short(text, length = 14) {
    return text.length > length ? `${text.slice(0, length - 1)}\u2026` : text;
}

/** A value in words: a number, or the range of the elements of an array, which comes as rows, columns and cells. */
export function valueText(value) {
    if (!Array.isArray(value)) return number(value);
    const cells = value.slice(2).filter(cell => cell !== null);
    if (cells.length === 0) return 'not finite';
    const [least, most] = [Math.min(...cells), Math.max(...cells)];
    return least === most ? `all ${number(least)}` : `${number(least)} to ${number(most)}`;
}
