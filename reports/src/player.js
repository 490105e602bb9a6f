// All steps take about so long together, each at least and at most so long.
const WHOLE = 12000, SHORTEST = 60, LONGEST = 1200;

/** How long a step of so many is shown, in milliseconds. */
export function pace(count) {
    return Math.min(LONGEST, Math.max(SHORTEST, WHOLE / Math.max(1, count)));
}

/** Where a player of `count` steps stands: `at` steps are shown, all of them at first. */
export class Steps {
    constructor(count) {
        this.count = count;
        this.at = count;
    }

    move(by) {
        return this.to(this.at + by);
    }

    to(at) {
        this.at = Math.min(this.count, Math.max(0, at));
        return this.at;
    }

    /** Playing begins again where it had ended. */
    start() {
        return this.at === this.count ? this.to(0) : this.at;
    }

    get isAtEnd() {
        return this.at === this.count;
    }
}

/** Buttons and a slider that show steps one after the other. `show` is told how many are shown. */
export function addPlayer(bar, button, label, count, show) {
    const steps = new Steps(count);
    const group = bar.appendChild(document.createElement('span'));
    group.className = 'player';
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', label);
    let timer = 0;
    const stop = () => {
        clearInterval(timer);
        timer = 0;
        play.textContent = 'Play';
    };
    const draw = () => {
        slider.value = String(steps.at);
        slider.setAttribute('aria-valuetext', `${steps.at} of ${steps.count}`);
        bar.parentElement.dataset.step = String(steps.at);
        show(steps.at);
    };
    const go = by => {
        stop();
        steps.move(by);
        draw();
    };
    const play = button(group, 'Play', () => {
        if (timer) return stop();
        steps.start();
        draw();
        play.textContent = 'Pause';
        timer = setInterval(() => {
            steps.move(1);
            draw();
            if (steps.isAtEnd) stop();
        }, pace(steps.count));
    });
    button(group, 'Step back', () => go(-1));
    button(group, 'Step', () => go(1));
    const slider = group.appendChild(document.createElement('input'));
    slider.type = 'range';
    slider.min = '0';
    slider.max = String(count);
    slider.value = String(count);
    slider.setAttribute('aria-label', label);
    slider.addEventListener('input', () => {
        stop();
        steps.to(Number(slider.value));
        draw();
    });
    return {
        /** Other steps, all shown. */
        reset(newCount) {
            stop();
            steps.count = newCount;
            steps.at = newCount;
            slider.max = String(newCount);
            slider.value = String(newCount);
        },
    };
}
