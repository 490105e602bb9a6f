import * as echarts from 'echarts/core';
import { CustomChart, LineChart, LinesChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { number } from './text.js';

echarts.use([
    CanvasRenderer, CustomChart, DataZoomComponent, GridComponent, LegendComponent, LineChart, LinesChart, MarkLineComponent, ScatterChart,
    SVGRenderer, TooltipComponent, VisualMapContinuousComponent,
]);

export { echarts };

const SAMPLE_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c564b', '#7f7f7f', '#bcbd22', '#9467bd', '#17becf', '#d62728'];
// Pixels: of a picture that has room for its legend beside it, and of that.
const WIDE = 880;
const LEGEND = 330;
// Of a picture in a file.
const FILE = [800, 500];
const BLUE_WHITE_RED = ['#2166ac', '#92c5de', '#f7f7f7', '#f4a582', '#b2182b'];
const BANDS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];

/** The steps of a picture that can be played: those on a contour plot, or on the curve of a function. */
export function stepsOf(picture) {
    if (picture.type === 'contour') return picture.groups.find(group => group.connected)?.points ?? [];
    return picture.type === 'curves' ? picture.series.find(series => series.steps)?.points ?? [] : [];
}

/** What is said of a step. */
export function stepText(picture, steps, i) {
    const [x, y, value] = steps[i];
    const name = i === 0 ? 'Start' : `Step ${i}`;
    return picture.type === 'contour'
        ? `${name}: ${picture.names[0]} ${number(x)}, ${picture.names[1]} ${number(y)}, value ${number(value)}`
        : `${name}: ${picture.x} ${number(x)}, value ${number(y)}`;
}

/** The ECharts option of a picture. `say` is told what the tooltip shows. */
export function chartOption(picture, dark, state, say) {
    const ink = dark ? '#e6e6e6' : '#222';
    const faint = dark ? '#444' : '#ddd';
    const axis = (name, more) => ({
        type: 'value', name, nameLocation: 'middle', nameGap: 28, scale: true,
        axisLabel: { color: ink, formatter: number }, nameTextStyle: { color: ink }, axisLine: { show: true, lineStyle: { color: ink } }, splitLine: { lineStyle: { color: faint } },
        ...more,
    });
    const option = {
        animation: false,
        darkMode: dark,
        backgroundColor: 'transparent',
        textStyle: { color: ink, fontFamily: 'system-ui, sans-serif' },
        grid: { left: 64, right: 24, top: 40, bottom: 90 },
        legend: { type: 'scroll', top: 4, textStyle: { color: ink } },
        tooltip: {
            // No HTML: names come from users.
            renderMode: 'richText',
            confine: true,
            formatter: items => {
                const text = (Array.isArray(items) ? items.slice(0, 6) : [items]).map(item => picture.say(item)).filter(Boolean).join('\n');
                say(text);
                return text;
            },
        },
        dataZoom: [
            { type: 'inside', xAxisIndex: 0, filterMode: 'none' },
            { type: 'slider', xAxisIndex: 0, filterMode: 'none', bottom: 12, height: 22, textStyle: { color: ink } },
        ],
    };
    switch (picture.type) {
        case 'curves': return curves(picture, option, axis, state, ink);
        case 'boundary':
        case 'contour': return map(picture, option, axis, state, ink, picture.type === 'contour');
    }
}

function curves(picture, option, axis, state, ink) {
    picture.say = item => item.value && `${picture.x} ${picture.range ? number(item.value[0]) : item.value[0]}, ${item.seriesName}: ${number(item.value[1])}`;
    const positive = point => (state.log && !(point[1] > 0) ? [point[0], null] : point);
    option.tooltip.trigger = picture.domain ? 'item' : 'axis';
    option.tooltip.axisPointer = { type: 'cross', label: { show: false } };
    const colour = (series, i) => (series.main ? ink : series.steps ? '#ff3b30' : series.faint ? SAMPLE_COLOURS[0] : SAMPLE_COLOURS[i % SAMPLE_COLOURS.length]);
    const lastGap = picture.gaps.length > 0 ? picture.gaps[picture.gaps.length - 1] : -Infinity;
    option.xAxis = axis(picture.x, picture.domain ? { min: picture.domain[0], max: picture.domain[1] } : { min: 'dataMin', max: range => Math.max(range.max, lastGap) });
    if (picture.domain && state.size) {
        // Equal lengths are equally long. Where there is room, the legend stands at the right.
        const beside = state.size[0] >= WIDE ? LEGEND : 0;
        const [width, height] = [picture.domain[1] - picture.domain[0], picture.range[1] - picture.range[0]];
        const scale = Math.min((state.size[0] - 88 - beside) / width, (state.size[1] - 130) / height);
        option.grid = { left: 64, top: 40, width: width * scale, height: height * scale };
        if (beside) option.legend = { ...option.legend, orient: 'vertical', left: 64 + width * scale + 24, top: 36, bottom: 60 };
    }
    option.legend.selected = Object.fromEntries(picture.series.filter(series => series.hidden).map(series => [series.name, false]));
    // Poles go beyond the range.
    const range = picture.range && !state.log ? { min: picture.range[0], max: picture.range[1] } : {};
    option.yAxis = axis(picture.y, { type: state.log ? 'log' : 'value', nameGap: 48, ...range });
    if (picture.range) option.dataZoom.push({ type: 'inside', yAxisIndex: 0, filterMode: 'none' });
    option.series = picture.series.map((series, i) => ({
        name: series.name,
        type: series.dots ? 'scatter' : 'line',
        data: (series.steps ? series.points.slice(0, state.steps) : series.points).map(positive),
        clip: true,
        symbolSize: series.steps ? 8 : picture.domain && series.dots ? 10 : picture.range && series.dots ? 6 : series.dots ? 4 : 5,
        showSymbol: series.points.length < 60,
        connectNulls: false,
        itemStyle: picture.domain && series.dots ? { color: colour(series, i), borderColor: ink, borderWidth: 1 } : { color: colour(series, i) },
        lineStyle: { color: colour(series, i), width: series.main ? 2 : 1.3, type: series.faint ? 'dashed' : 'solid' },
        z: series.main ? 5 : picture.domain && series.dots ? 6 : 2,
    }));
    if (picture.gaps.length > 0 && option.series.length > 0) {
        option.series[option.series.length - 1].markLine = {
            silent: true, symbol: 'none', label: { show: picture.gaps.length < 5, formatter: 'not finite', color: ink },
            lineStyle: { color: '#d62728', type: 'dashed' },
            data: picture.gaps.map(x => ({ xAxis: x })),
        };
    }
    return option;
}

function map(picture, option, axis, state, ink, isContour) {
    const { n, x, y, values } = picture;
    const stepX = (x[1] - x[0]) / (n - 1), stepY = (y[1] - y[0]) / (n - 1);
    const finite = values.filter(value => value !== null);
    const levels = isContour ? quantiles(finite, BANDS.length - 1) : [];
    const band = value => levels.filter(level => level < value).length;
    const shade = value => (isContour ? band(value) : Math.round(64 * (value - picture.range[0]) / (picture.range[1] - picture.range[0])));
    const cells = [];
    let last = null;
    values.forEach((value, i) => {
        // In a file neighbours of the same shade are one rectangle; on the page each has its value to tell.
        const key = value === null ? null : shade(value);
        if (state.isFile && i % n > 0 && last.key === key) {
            last.cell[3]++;
            return;
        }
        last = { key, cell: [x[0] + stepX * (i % n), y[0] + stepY * Math.floor(i / n), value === null ? NaN : value, 1] };
        cells.push(last.cell);
    });
    picture.say = item => {
        const value = item.value;
        if (item.seriesIndex === 0) return `${picture.names[0]} ${number(value[0])}, ${picture.names[1]} ${number(value[1])}: ${number(value[2])}`;
        return `${value[3]}: ${picture.names[0]} ${number(value[0])}, ${picture.names[1]} ${number(value[1])}` + (isContour ? `, value ${number(value[2])}` : '');
    };
    option.grid = { left: 64, right: isContour ? 24 : 84, top: 40, bottom: 90 };
    option.xAxis = axis(picture.names[0], { min: x[0], max: x[1] });
    option.yAxis = axis(picture.names[1], { min: y[0], max: y[1], nameGap: 48 });
    option.dataZoom.push({ type: 'inside', yAxisIndex: 0, filterMode: 'none' });
    option.tooltip.trigger = 'item';
    option.legend.data = picture.groups.map(group => group.name);
    option.series = [{
        name: isContour ? 'value' : 'output',
        type: 'custom',
        data: cells,
        encode: { x: 0, y: 1, value: 2 },
        clip: true,
        // All at once: playing steps would flicker.
        progressive: 0,
        legendHoverLink: false,
        renderItem: (params, api) => {
            const value = api.value(2);
            const [left, top] = api.coord([api.value(0) - stepX / 2, api.value(1) + stepY / 2]);
            const [right, bottom] = api.coord([api.value(0) + stepX * (api.value(3) - 0.5), api.value(1) - stepY / 2]);
            const fill = Number.isNaN(value) ? '#888' : isContour ? BANDS[band(value)] : api.visual('color');
            // A little wider than the cell: without seams between neighbours.
            return { type: 'rect', shape: { x: left, y: top, width: right - left + 0.6, height: bottom - top + 0.6 }, style: { fill } };
        },
    }];
    if (!isContour) {
        option.visualMap = {
            type: 'continuous', seriesIndex: 0, dimension: 2, min: picture.range[0], max: picture.range[1], inRange: { color: BLUE_WHITE_RED },
            right: 4, top: 'middle', itemHeight: 120, textStyle: { color: ink }, precision: 2, calculable: false,
        };
    }
    const lines = isContour ? levels : picture.levels ?? [];
    if (lines.length > 0) {
        option.series.push({
            name: isContour ? 'contour lines' : 'border', type: 'lines', coordinateSystem: 'cartesian2d', silent: true, polyline: false,
            data: contourLines(picture, lines).map(coords => ({ coords })), z: 3,
            lineStyle: isContour ? { color: '#fff', width: 0.8, opacity: 0.7 } : { color: '#222', width: 1.8 },
        });
    }
    for (const group of picture.groups) {
        option.series.push({
            name: group.name, type: group.connected ? 'line' : 'scatter', data: group.connected ? group.points.slice(0, state.steps) : group.points, clip: true, z: 5,
            symbol: 'circle', symbolSize: group.connected ? 6 : 11, showSymbol: true,
            lineStyle: { color: '#fff', width: 2 },
            itemStyle: { color: group.connected ? '#ff3b30' : group.colour, borderColor: '#fff', borderWidth: 1.5 },
        });
    }
    return option;
}

function quantiles(values, count) {
    const sorted = [...values].sort((a, b) => a - b);
    const levels = [];
    for (let i = 1; i <= count; i++) levels.push(sorted[Math.floor(i * sorted.length / (count + 1))]);
    return [...new Set(levels)];
}

/** Marching squares: the segments of all levels. */
function contourLines({ n, x, y, values }, levels) {
    const segments = [];
    const stepX = (x[1] - x[0]) / (n - 1), stepY = (y[1] - y[0]) / (n - 1);
    for (let j = 0; j + 1 < n; j++) {
        for (let i = 0; i + 1 < n; i++) {
            const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map(([a, b]) => [x[0] + a * stepX, y[0] + b * stepY, values[b * n + a]]);
            if (corners.some(corner => corner[2] === null)) continue;
            for (const level of levels) {
                const cuts = [];
                corners.forEach((from, k) => {
                    const to = corners[(k + 1) % 4];
                    if ((from[2] < level) === (to[2] < level)) return;
                    const share = (level - from[2]) / (to[2] - from[2]);
                    cuts.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
                });
                for (let k = 0; k + 1 < cuts.length; k += 2) segments.push([cuts[k], cuts[k + 1]]);
            }
        }
    }
    return segments;
}

/** The chart as the text of an SVG file, without a browser. */
export function chartSvg(picture, state) {
    const option = chartOption(picture, false, { ...state, isFile: true, size: [...FILE] }, () => { });
    option.backgroundColor = '#fff';
    option.dataZoom = option.dataZoom.map(zoom => ({ ...zoom, show: false }));
    // In a file nothing can be clicked: names that take several lines stand below.
    const names = [...new Set(option.legend.data ?? option.series.map(series => series.name))].filter(name => option.legend.selected?.[name] !== false);
    // Nobody knows how wide the letters will be.
    const gap = 40;
    let [lines, used] = [1, 0];
    for (const name of names) {
        const needed = 30 + 7 * name.length + gap;
        if (used > 0 && used + needed > FILE[0] - 20) [lines, used] = [lines + 1, 0];
        used += needed;
    }
    const more = (lines - 1) * 24;
    option.legend = { ...option.legend, type: 'plain', data: names, itemGap: gap };
    if (more > 0) {
        option.legend = { ...option.legend, top: FILE[1] - 36, left: 'center', width: FILE[0] - 20 };
        if ('bottom' in option.grid) option.grid.bottom += more;
    }
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: FILE[0], height: FILE[1] + more });
    chart.setOption(option);
    const svg = chart.renderToSVGString();
    chart.dispose();
    return svg;
}
