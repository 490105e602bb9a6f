// Opens reports from disk in Chromium and writes what it saw as JSON:
//   node check.mjs <Chromium> <folder for screenshots> <report.html>...
import { chromium } from 'playwright-core';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [executablePath, screenshots, ...files] = process.argv.slice(2);
const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
    ],
});

async function look(file, options) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
    const page = await context.newPage();
    const seen = { file: basename(file), errors: [], requests: [], dialogs: 0 };
    page.on('console', message => { if (['error', 'warning'].includes(message.type())) seen.errors.push(message.text()); });
    page.on('pageerror', error => seen.errors.push(String(error)));
    page.on('dialog', dialog => { seen.dialogs++; dialog.dismiss(); });
    page.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) seen.requests.push(request.url()); });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('html[data-ready]', { timeout: 30000 });
    seen.firstPicture = await page.evaluate(() => performance.getEntriesByName('first-picture')[0]?.startTime ?? null);
    seen.title = await page.title();
    seen.formulas = await page.locator('math').count();
    seen.width = await page.evaluate(() => document.documentElement.scrollWidth);
    return { context, page, seen };
}

/** Everything that a picture shows and does, with pointer and keyboard. */
async function inspect(page, figure, kind) {
    const isDrawing = ['graph', 'network', 'heat'].includes(kind);
    const stage = figure.locator('.stage');
    await stage.scrollIntoViewIfNeeded();
    const drawing = stage.locator('svg.picture, canvas').first();
    const box = await drawing.boundingBox();
    const result = { kind, width: box.width, height: box.height, label: await stage.getAttribute('aria-label') };
    if (isDrawing) {
        result.nodes = await stage.locator('.node').count();
        result.cells = await stage.locator('.cell').count();
        result.edges = await stage.locator('.edge, .weight').count();
        result.role = await drawing.getAttribute('role');
        await stage.locator('.node, .cell').last().hover();
    } else {
        // A picture of one colour only is none.
        result.colours = await drawing.evaluate(canvas => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const colours = new Set();
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 0) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
            return colours.size;
        });
        await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
        await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.45);
    }
    await page.waitForTimeout(150);
    result.hover = await figure.locator('output').textContent();
    await figure.getByRole('button', { name: 'Zoom in' }).click();
    result.zoom = await figure.getAttribute('data-zoom');
    if (isDrawing) {
        result.zoomedWidth = (await drawing.boundingBox()).width;
        await figure.getByRole('button', { name: 'Actual size' }).click();
    } else {
        await figure.getByRole('button', { name: 'Whole range' }).click();
        await stage.focus();
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(100);
        result.keyboard = await figure.locator('output').textContent();
    }
    if (kind === 'curves') {
        const log = figure.getByRole('button', { name: 'Log scale' });
        await log.click();
        result.log = await log.getAttribute('aria-pressed');
        await log.click();
    }
    const player = figure.locator('.player');
    if (await player.count() > 0) {
        const said = async () => [await figure.getAttribute('data-step'), await figure.locator('output').textContent()];
        await player.getByRole('button', { name: 'Step back' }).click();
        result.stepBack = await said();
        await player.locator('input').focus();
        await page.keyboard.press('Home');
        result.stepHome = await said();
        await player.getByRole('button', { name: 'Play' }).focus();
        await page.keyboard.press('Enter');
        await page.waitForFunction(element => Number(element.dataset.step) > 0, await figure.elementHandle(), { timeout: 10000 });
        await page.keyboard.press('Enter');
        result.played = await said();
        await page.waitForTimeout(100);
        await player.locator('input').focus();
        await page.keyboard.press('End');
        result.stepEnd = await said();
    }
    if (kind === 'graph') {
        const folding = stage.locator('[aria-expanded=true]').first();
        if (await folding.count() > 0) {
            await folding.focus();
            await page.keyboard.press('Enter');
            result.nodesFolded = await stage.locator('.node').count();
            await page.keyboard.press('Enter');
            result.nodesUnfolded = await stage.locator('.node').count();
        }
    }
    return result;
}

const all = [];
for (const file of files) {
    const { context, page, seen } = await look(file, { colorScheme: 'light' });
    seen.pictures = [];
    for (const figure of await page.locator('figure').all()) {
        const kind = (await figure.locator('.stage').getAttribute('class')).replace('stage ', '');
        await page.mouse.move(0, 0);
        await figure.locator('.stage').screenshot({ path: join(screenshots, `${basename(file, '.html')}-${kind}.png`) });
        seen.pictures.push(await inspect(page, figure, kind));
    }
    await page.evaluate(() => scrollTo(0, 0));
    seen.background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await context.close();
    // The same on a phone in the dark.
    const phone = await look(file, { colorScheme: 'dark', viewport: { width: 390, height: 800 } });
    seen.errors.push(...phone.seen.errors);
    seen.requests.push(...phone.seen.requests);
    seen.phoneWidth = phone.seen.width;
    seen.darkBackground = await phone.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await phone.page.screenshot({ path: join(screenshots, `${basename(file, '.html')}-phone.png`) });
    await phone.context.close();
    all.push(seen);
}
await browser.close();
console.log(JSON.stringify(all));
