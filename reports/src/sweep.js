import { number, valueText } from './text.js';

// A node of a picture: label, kind, value, derivative of the result by it, arguments, and its derivatives by them; in a graph of arrays, what it
// passes back to them.
const LABEL = 0, VALUE = 2, ADJOINT = 3, ARGUMENTS = 4, PARTIALS = 5;

/** The nodes that are shown, arguments before what uses them; without recursion, since graphs may be deep. */
export function forwardOrder(picture, shown) {
    const among = new Set(shown);
    const seen = new Set();
    const order = [];
    const stack = [[0, false]];
    while (stack.length > 0) {
        const [id, isDone] = stack.pop();
        if (isDone) {
            order.push(id);
            continue;
        }
        if (seen.has(id)) continue;
        seen.add(id);
        stack.push([id, true]);
        for (const argument of [...picture.nodes[id][ARGUMENTS]].reverse()) {
            if (among.has(argument) && !seen.has(argument)) stack.push([argument, false]);
        }
    }
    return order;
}

/**
 * The steps of the sweeps over a graph: the value of each node from the leaves to the result, then the adjoint of each from the result
 * back. A step has the node, whether it is on the way back, the edges that are used, and words for it.
 */
export function sweepSteps(picture, shown) {
    const order = forwardOrder(picture, shown);
    const among = new Set(shown);
    const name = id => picture.nodes[id][LABEL];
    const used = id => picture.nodes[id][ARGUMENTS].flatMap((argument, i) => (among.has(argument) ? [`${id}.${i}`] : []));
    const forward = order.map(id => {
        const node = picture.nodes[id];
        const from = node[ARGUMENTS].filter(argument => argument >= 0).map(argument => `${name(argument)} = ${valueText(picture.nodes[argument][VALUE])}`);
        return {
            id, isBack: false, edges: used(id),
            text: `Forward: ${name(id)} = ${valueText(node[VALUE])}${from.length > 0 ? ` from ${from.join(', ')}` : ''}.`,
        };
    });
    if (picture.hasAdjoints === false) return forward;
    const back = [...order].reverse().map(id => {
        const node = picture.nodes[id];
        const start = id === 0
            ? `Back: the result ${name(id)} has the adjoint 1.`
            : `Back: ${name(id)} has the adjoint ${valueText(node[ADJOINT])}.`;
        const passed = node[ARGUMENTS].flatMap((argument, i) => (argument < 0 ? [] :
            [picture.hasArrays
                ? `${valueText(node[PARTIALS][i])} to ${name(argument)}`
                : `${number(node[ADJOINT])} \u00d7 ${number(node[PARTIALS][i])} = ${number(contribution(picture, node, i))} to ${name(argument)}`]));
        return { id, isBack: true, edges: used(id), text: start + (passed.length > 0 ? ` It passes ${passed.join(', ')}.` : '') };
    });
    return [...forward, ...back];
}

/** What is known after some of the steps: which nodes have values, and the adjoints so far, which are whole once a node has been reached. */
export function sweepState(picture, steps, count) {
    const values = new Set();
    const adjoints = new Map();
    for (const { id, isBack } of steps.slice(0, count)) {
        if (!isBack) {
            values.add(id);
            continue;
        }
        const node = picture.nodes[id];
        adjoints.set(id, node[ADJOINT]);
        node[ARGUMENTS].forEach((argument, i) => {
            if (argument >= 0) adjoints.set(argument, added(adjoints.get(argument), contribution(picture, node, i)));
        });
    }
    const current = count > 0 ? steps[count - 1] : null;
    return { values, adjoints, current: current?.id ?? -1, edges: new Set(current?.edges ?? []), isBack: current?.isBack ?? false };
}

// A branch that was not taken passes nothing on, not even infinity times 0.
function contribution(picture, node, i) {
    const part = node[PARTIALS][i];
    if (picture.hasArrays) return part;
    return part === 0 || node[ADJOINT] === 0 ? 0 : node[ADJOINT] * part;
}

// Of arrays cell by cell; a plain 0 is nothing.
function added(sum, part) {
    if (sum === undefined || (!Array.isArray(sum) && Array.isArray(part))) return part;
    if (!Array.isArray(part)) return Array.isArray(sum) ? sum : sum + part;
    return sum.map((cell, i) => (i < 2 ? cell : cell === null || part[i] === null ? null : cell + part[i]));
}
