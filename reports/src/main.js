import { chartOption, chartSvg, echarts, stepsOf, stepText } from './charts.js';
import { graphSvg, openAtFirst, toggle, visible } from './graph.js';
import { heatMapSvg } from './heat.js';
import { networkSvg } from './network.js';
import { addPlayer } from './player.js';
import { sweepState, sweepSteps } from './sweep.js';
import { escape } from './text.js';

// What the page's own style sheet says about these pictures, for files of their own.
const STYLE = `<style>svg{background:#fff;font:13px system-ui,sans-serif}text{fill:#222;text-anchor:middle}.small{font-size:11px}.edge{fill:none;stroke:#666}.arrow{fill:#666}
.node>rect,.node circle{fill:#eef3fa;stroke:#456}.node.variable>rect,.node.variable circle{fill:#fdf3d8}.node.constant>rect{fill:#f4f4f4}.node.result>rect{stroke-width:2.5}
.shape{font-size:10px;paint-order:stroke;stroke:#fff;stroke-width:3px}.frame{fill:none;stroke:#456;stroke-width:.5}
.weight{fill:none}.weight.positive{stroke:#b2182b}.weight.negative{stroke:#2166ac}.more{font-weight:bold}
@media(prefers-color-scheme:dark){svg{background:#16181c}text{fill:#e6e6e6}.edge{stroke:#aaa}.arrow{fill:#aaa}.node>rect,.node circle{fill:#24324a;stroke:#8ab}.node.variable>rect,.node.variable circle{fill:#4a3f1e}.node.constant>rect{fill:#333}.shape{stroke:#16181c}}</style>`;

// Pictures that are drawn as SVG; the others are charts.
const DRAWINGS = ['graph', 'network', 'heat'];

function standalone(picture, open, state) {
    switch (picture.type) {
        case 'graph': return withStyle(graphSvg(picture, open ?? openAtFirst(picture), false));
        case 'network': return withStyle(networkSvg(picture));
        case 'heat': return withStyle(heatMapSvg(picture));
        default: return described(chartSvg(picture, state), picture);
    }
}

function withStyle(svg) {
    return svg.replace('</desc>', () => `</desc>${STYLE}`);
}

function described(svg, picture) {
    return svg.replace(/^<svg[^>]*>/, start => `${start}<title>${escape(picture.title)}</title><desc>${escape(picture.description)}</desc>`);
}

function button(bar, text, act) {
    const made = bar.appendChild(document.createElement('button'));
    made.type = 'button';
    made.textContent = text;
    made.addEventListener('click', act);
    return made;
}

function save(picture, svg) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    link.download = `picture-${picture.id}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function show(figure, picture) {
    const bar = figure.appendChild(document.createElement('div'));
    bar.className = 'bar';
    const stage = figure.appendChild(document.createElement('div'));
    stage.className = `stage ${picture.type}`;
    const said = figure.appendChild(document.createElement('output'));
    said.setAttribute('aria-live', 'polite');
    if (DRAWINGS.includes(picture.type)) showDrawing(figure, picture, bar, stage, said);
    else showChart(figure, picture, bar, stage, said);
    figure.dataset.ready = 'true';
}

function showDrawing(figure, picture, bar, stage, said) {
    const isGraph = picture.type === 'graph';
    let open = isGraph ? openAtFirst(picture) : null;
    let scale = 1;
    const zoom = factor => {
        scale = factor === 0 ? 1 : Math.min(8, Math.max(0.1, scale * factor));
        const svg = stage.querySelector('svg');
        svg.style.width = `${svg.viewBox.baseVal.width * scale}px`;
        svg.style.height = 'auto';
        figure.dataset.zoom = String(scale);
    };
    // With values at the nodes: how they come about.
    let steps = isGraph && picture.hasValues ? sweepSteps(picture, visible(picture, open)) : [];
    const draw = (count = steps.length) => {
        const sweep = count < steps.length ? sweepState(picture, steps, count) : null;
        stage.innerHTML = isGraph ? graphSvg(picture, open, true, sweep) : picture.type === 'heat' ? heatMapSvg(picture) : networkSvg(picture);
        zoom(1);
    };
    button(bar, 'Zoom in', () => zoom(1.25));
    button(bar, 'Zoom out', () => zoom(0.8));
    button(bar, 'Actual size', () => zoom(0));
    button(bar, 'Save as SVG', () => save(picture, standalone(picture, open)));
    const player = steps.length === 0 ? null : addPlayer(bar, button, 'Steps of values and derivatives', steps.length, count => {
        draw(count);
        said.textContent = count === 0 ? 'Nothing is computed yet.' : steps[count - 1].text;
    });
    stage.tabIndex = 0;
    stage.setAttribute('role', 'region');
    stage.setAttribute('aria-label', picture.title);
    stage.addEventListener('wheel', event => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    }, { passive: false });
    const tell = event => {
        // Cells at a node have no words of their own.
        const title = event.target.closest('.cell')?.querySelector('title') ?? event.target.closest('.node, .weight')?.querySelector('title');
        if (title) said.textContent = title.textContent;
    };
    stage.addEventListener('pointerover', tell);
    stage.addEventListener('focusin', tell);
    if (isGraph) {
        const act = target => {
            const id = Number(target.dataset.node);
            if (toggle(picture, open, id)) {
                if (player) {
                    steps = sweepSteps(picture, visible(picture, open));
                    player.reset(steps.length);
                }
                draw();
                stage.querySelector(`[data-node="${id}"]`)?.focus();
            } else {
                said.textContent = 'So many nodes would be no picture any more. Hide the arguments of others first.';
            }
        };
        stage.addEventListener('click', event => {
            const target = event.target.closest('[aria-expanded]');
            if (target) act(target);
        });
        stage.addEventListener('keydown', event => {
            const target = event.target.closest('[aria-expanded]');
            if (!target || (event.key !== 'Enter' && event.key !== ' ')) return;
            event.preventDefault();
            act(target);
        });
    }
    draw();
    // A large graph begins at its result.
    if (isGraph) {
        const [result, frame] = [stage.querySelector('.result').getBoundingClientRect(), stage.getBoundingClientRect()];
        stage.scrollTo(result.left - frame.left + result.width / 2 - frame.width / 2, stage.scrollHeight);
    }
}

function showChart(figure, picture, bar, stage, said) {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const state = { log: false, steps: Infinity };
    const chart = echarts.init(stage, null, { renderer: 'canvas' });
    const draw = () => chart.setOption(chartOption(picture, dark.matches, { ...state, size: [chart.getWidth(), chart.getHeight()] }, text => { said.textContent = text; }), { notMerge: true });
    stage.tabIndex = 0;
    stage.setAttribute('role', 'img');
    stage.setAttribute('aria-label', `${picture.title}. ${picture.description} Arrow keys read the values; plus and minus zoom.`);
    if (picture.type === 'curves' && !picture.domain) {
        const log = button(bar, 'Log scale', () => {
            state.log = !state.log;
            log.setAttribute('aria-pressed', String(state.log));
            draw();
        });
        log.setAttribute('aria-pressed', 'false');
    }
    const played = stepsOf(picture);
    if (played.length > 1) {
        addPlayer(bar, button, 'Steps to the minimum', played.length, count => {
            state.steps = count;
            draw();
            said.textContent = count === 0 ? 'Before the start.' : stepText(picture, played, count - 1);
        });
    }
    let [start, end] = [0, 100];
    const zoom = (from, to) => chart.dispatchAction({ type: 'dataZoom', start: Math.max(0, from), end: Math.min(100, to) });
    const zoomBy = factor => {
        const middle = (start + end) / 2, half = Math.min(50, (end - start) / 2 * factor);
        zoom(middle - half, middle + half);
    };
    chart.on('datazoom', () => {
        ({ start, end } = chart.getOption().dataZoom[0]);
        figure.dataset.zoom = `${start} ${end}`;
    });
    button(bar, 'Zoom in', () => zoomBy(0.7));
    button(bar, 'Zoom out', () => zoomBy(1 / 0.7));
    button(bar, 'Whole range', () => zoom(0, 100));
    button(bar, 'Save as SVG', () => save(picture, standalone(picture, null, state)));
    let current = -1;
    stage.addEventListener('keydown', event => {
        const series = chart.getOption().series;
        // The last one has the points; without points on a map its cells are read.
        const index = picture.type === 'curves' || picture.groups.length > 0 ? series.length - 1 : 0;
        const last = series[index].data.length - 1;
        if (event.key === 'ArrowRight') current = Math.min(last, current + 1);
        else if (event.key === 'ArrowLeft') current = Math.max(0, current - 1);
        else if (event.key === '+') return zoomBy(0.7);
        else if (event.key === '-') return zoomBy(1 / 0.7);
        else return;
        event.preventDefault();
        chart.dispatchAction({ type: 'showTip', seriesIndex: index, dataIndex: current });
    });
    dark.addEventListener('change', draw);
    new ResizeObserver(() => {
        chart.resize();
        if (picture.domain) draw();
    }).observe(stage);
    draw();
}

if (typeof document === 'undefined') {
    // Node.js, run by Export-AutodiffReport -Format Svg: pictures come in, SVG texts go out.
    let text = '';
    process.stdin.setEncoding('utf8').on('data', part => { text += part; }).on('end', () => {
        process.stdout.write(JSON.stringify(JSON.parse(text).map(picture => standalone(picture, null, { log: false }))));
    });
} else {
    const pictures = JSON.parse(document.getElementById('pictures').textContent);
    // One after the other, so that the first is there early.
    const next = i => {
        if (i === pictures.length) {
            document.documentElement.dataset.ready = 'true';
            return;
        }
        show(document.getElementById(`picture-${pictures[i].id}`), pictures[i]);
        if (i === 0) performance.mark('first-picture');
        requestAnimationFrame(() => setTimeout(() => next(i + 1)));
    };
    next(0);
}
