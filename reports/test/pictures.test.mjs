// The logic of the pictures in reports, run by Node.js: node --test reports/test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOption, stepsOf, stepText } from '../src/charts.js';
import { graphSvg, openAtFirst, visible } from '../src/graph.js';
import { heatMapSvg, heatSvg } from '../src/heat.js';
import { pace, Steps } from '../src/player.js';
import { forwardOrder, sweepState, sweepSteps } from '../src/sweep.js';

// x*y + sin(x) at x = 2, y = 3: label, kind, value, adjoint, arguments, derivatives by them.
const sin2 = Math.sin(2), cos2 = Math.cos(2);
const graph = {
    id: 1, type: 'graph', title: 'f', description: 'd', hasValues: true,
    nodes: [
        ['sum', 2, 6 + sin2, 1, [1, 2], [1, 1]],
        ['mul', 2, 6, 1, [3, 4], [3, 2]],
        ['sin', 2, sin2, 1, [3], [cos2]],
        ['x', 1, 2, 3 + cos2, [], []],
        ['y', 1, 3, 2, [], []],
    ],
};

test('values go forward, each after those it is computed from', () => {
    const shown = visible(graph, openAtFirst(graph));
    const order = forwardOrder(graph, shown);
    assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
    for (const id of order) for (const argument of graph.nodes[id][4]) assert.ok(order.indexOf(argument) < order.indexOf(id));
});

test('adjoints come back in the reverse order and add up to the derivatives', () => {
    const steps = sweepSteps(graph, visible(graph, openAtFirst(graph)));
    assert.equal(steps.length, 10);
    assert.deepEqual(steps.slice(5).map(step => step.id), steps.slice(0, 5).map(step => step.id).reverse());
    assert.ok(steps.every((step, i) => step.isBack === i >= 5));

    // After the result, mul and sin: x has both of its parts, and y its only one.
    const last = Math.max(...[1, 2].map(id => steps.findIndex(step => step.isBack && step.id === id)));
    const state = sweepState(graph, steps, last + 1);
    assert.ok(Math.abs(state.adjoints.get(3) - (3 + cos2)) < 1e-12);
    assert.equal(state.adjoints.get(4), 2);

    // Between the two x has one part.
    const first = Math.min(...[1, 2].map(id => steps.findIndex(step => step.isBack && step.id === id)));
    assert.ok([3, cos2].some(part => Math.abs(sweepState(graph, steps, first + 1).adjoints.get(3) - part) < 1e-12));
});

test('a step says what is computed and what is passed on', () => {
    const steps = sweepSteps(graph, visible(graph, openAtFirst(graph)));
    assert.equal(steps.find(step => !step.isBack && step.id === 1).text, 'Forward: mul = 6 from x = 2, y = 3.');
    assert.equal(steps.find(step => step.isBack && step.id === 1).text, 'Back: mul has the adjoint 1. It passes 1 \u00d7 3 = 3 to x, 1 \u00d7 2 = 2 to y.');
    assert.equal(steps.find(step => step.isBack && step.id === 4).text, 'Back: y has the adjoint 2.');
});

test('a branch that is not taken passes nothing, and hidden arguments take no step', () => {
    const picture = {
        ...graph,
        nodes: [['select', 2, 5, 1, [1, 2, 3], [0, 1, 0]], ['c', 1, 1, 0, [], []], ['a', 1, 5, 1, [], []], ['log', 2, null, 0, [4], [0]], ['b', 1, -1, 0, [], []]],
    };
    const steps = sweepSteps(picture, [0, 1, 2, 3]);
    assert.deepEqual(steps.map(step => step.id).sort(), [0, 0, 1, 1, 2, 2, 3, 3]);
    const end = sweepState(picture, steps, steps.length);
    assert.equal(end.adjoints.get(3), 0);
    assert.equal(end.adjoints.get(2), 1);
});

test('a chain of 5000 nodes is ordered without recursion', () => {
    const nodes = Array.from({ length: 5000 }, (_, i) => ['neg', 2, 1, 1, i < 4999 ? [i + 1] : [], i < 4999 ? [-1] : []]);
    const order = forwardOrder({ nodes }, nodes.map((_, i) => i));
    assert.deepEqual([order[0], order[4999]], [4999, 0]);
});

test('the graph shows what is known so far, and its nodes stay where they are', () => {
    const open = openAtFirst(graph);
    const steps = sweepSteps(graph, visible(graph, open));
    const places = svg => [...svg.matchAll(/<rect x="([^"]+)" y="([^"]+)"/g)].map(match => `${match[1]} ${match[2]}`);
    const whole = graphSvg(graph, open, true);
    const begun = graphSvg(graph, open, true, sweepState(graph, steps, 0));
    assert.deepEqual(places(begun), places(whole));
    assert.equal([...begun.matchAll(/ waiting"/g)].length, 5);
    assert.ok(!begun.includes('= 6'));
    const step = steps.findIndex(one => one.isBack && one.id === 1) + 1;
    const middle = graphSvg(graph, open, true, sweepState(graph, steps, step));
    assert.match(middle, /class="node operation current" data-node="1"/);
    assert.equal([...middle.matchAll(/class="edge flow back"/g)].length, 2);
    assert.equal(whole.includes('flow'), false);
});

test('playing goes to the end and begins again there', () => {
    const steps = new Steps(3);
    assert.equal(steps.isAtEnd, true);
    assert.equal(steps.start(), 0);
    assert.deepEqual([steps.move(1), steps.move(1), steps.move(5), steps.move(-9)], [1, 2, 3, 0]);
    assert.equal(steps.start(), 0);
    assert.equal(pace(1), 1200);
    assert.equal(pace(1000), 60);
});

const curve = {
    id: 1, type: 'curves', title: 't', description: 'd', x: 'x', y: 'value', gaps: [], range: [-5, 5],
    series: [
        { name: 'f', main: true, dots: false, points: [[-1, -1], [0, null], [1, 1]] },
        { name: 'steps', main: false, dots: true, steps: true, points: [[4, 16], [2, 4], [0, 0]] },
    ],
};

test('a curve has its range, its gaps and the steps that are played', () => {
    const option = chartOption(curve, false, { log: false, steps: 2 }, () => { });
    assert.equal(option.yAxis.min, -5);
    assert.equal(option.yAxis.max, 5);
    assert.equal(option.series[0].connectNulls, false);
    assert.deepEqual(option.series[0].data, curve.series[0].points);
    assert.deepEqual(option.series[1].data, [[4, 16], [2, 4]]);
    assert.equal(chartOption(curve, false, { log: false }, () => { }).series[1].data.length, 3);
    assert.equal(chartOption(curve, false, { log: true }, () => { }).yAxis.min, undefined);
});

test('steps over contours are played one after the other', () => {
    const contour = {
        id: 2, type: 'contour', title: 't', description: 'd', names: ['a', 'b'], n: 2, x: [0, 1], y: [0, 1], values: [0, 1, 1, 2],
        groups: [{ name: 'step', colour: '#f00', connected: true, points: [[1, 1, 2, 'step 0'], [0, 0, 0, 'step 1']] }],
    };
    assert.equal(stepsOf(contour).length, 2);
    assert.equal(stepText(contour, stepsOf(contour), 1), 'Step 1: a 0, b 0, value 0');
    assert.equal(stepText(curve, stepsOf(curve), 0), 'Start: x 4, value 16');
    const option = chartOption(contour, false, { log: false, steps: 1 }, () => { });
    assert.deepEqual(option.series.at(-1).data, [[1, 1, 2, 'step 0']]);
});

// sum(v * v) at v = (1, -2): values and adjoints as cells of a row, and what mul passes back to v twice.
const arrays = {
    id: 2, type: 'graph', title: 'f', description: 'd', hasValues: true, hasArrays: true, hasAdjoints: true,
    nodes: [
        ['sum(\u00b7)', 2, 5, 1, [1], [[1, 2, 1, 1]], ''],
        ['mul (2)', 2, [1, 2, 1, 4], [1, 2, 1, 1], [2, 2], [[1, 2, 1, -2], [1, 2, 1, -2]], '2'],
        ['v (2)', 1, [1, 2, 1, -2], [1, 2, 2, -4], [], [], '2'],
    ],
};

test('arrays are maps at their nodes, with shapes at the edges', () => {
    const svg = graphSvg(arrays, openAtFirst(arrays), false);
    assert.equal(svg.match(/class="cell"/g).length, 8);
    assert.equal(svg.match(/class="shape"/g).length, 3);
    assert.match(svg, /variable v \(2\), value -2 to 1, derivative of the result by it -4 to 2/);
});

test('adjoints of arrays add up cell by cell', () => {
    const steps = sweepSteps(arrays, [0, 1, 2]);
    assert.deepEqual(sweepState(arrays, steps, steps.length).adjoints.get(2), [1, 2, 2, -4]);
    assert.equal(steps.find(step => step.isBack && step.id === 1).text, 'Back: mul (2) has the adjoint all 1. It passes -2 to 1 to v (2), -2 to 1 to v (2).');
    const before = graphSvg(arrays, openAtFirst(arrays), false, sweepState(arrays, steps, 0));
    assert.equal(before.match(/class="cell"/g), null);
    assert.deepEqual(before.match(/viewBox="[^"]*"/)[0], graphSvg(arrays, openAtFirst(arrays), false).match(/viewBox="[^"]*"/)[0]);
});

test('of an array there is no way back', () => {
    const steps = sweepSteps({ ...arrays, hasAdjoints: false }, [0, 1, 2]);
    assert.ok(steps.every(step => !step.isBack));
    assert.doesNotMatch(graphSvg({ ...arrays, hasAdjoints: false }, new Set([0, 1]), false), /\u2202/);
});

test('a map is blue below and red above zero, grey where it is not finite', () => {
    const colours = [...heatSvg([1, 4, -1, 0, 1, null], 0, 0).matchAll(/fill="([^"]+)"/g)].map(match => match[1]);
    assert.deepEqual(colours, ['rgb(33,102,172)', 'rgb(255,255,255)', 'rgb(178,24,43)', '#888']);
    const svg = heatMapSvg({ id: 3, title: 't', description: 'd', cells: [1, 2, 0.5, -1], rows: ['in'], columns: ['a<b', 'c'] });
    assert.match(svg, /in, a&lt;b: 0\.5/);
});
