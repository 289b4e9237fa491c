// A browser and a person at it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { base, noteSecrets } from '../http/api.mjs';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome'].find(existsSync);
let browser;

// What a page must never do: break the content policy, write an error into
// the console, ask another site.
export async function visitor(options = {}) {
    browser ??= await chromium.launch({ executablePath: program,
        args: ['--no-sandbox', '--disable-background-networking'] });
    const context = await browser.newContext({ viewport: { width: 1280,
        height: 800 }, ...options });
    const page = await context.newPage();
    const faults = [], requests = [];
    page.on('console', (m) => {
        if (m.type() === 'error' && !/status of 4\d\d/.test(m.text()))
            faults.push(m.text());
    });
    page.on('response', async (r) => {
        const headers = await r.headersArray().catch(() => []);
        noteSecrets(headers.filter((h) => /^set-cookie$/i.test(h.name))
            .map((h) => /=([^;]*)/.exec(h.value)[1]).filter(Boolean));
    });
    page.on('pageerror', (e) => faults.push(String(e)));
    page.on('request', (r) => requests.push({ url: r.url(),
        referer: r.headers().referer }));
    const go = (path) => page.goto(base + path);
    return { context, page, faults, requests, go };
}

export function fine(v) {
    assert.deepEqual(v.faults, []);
    for (const r of v.requests)
        assert.ok(r.url.startsWith(base) || r.url.startsWith('data:'), r.url);
}

after(() => browser?.close());

// Every page is usable by keyboard and screen reader: a language, a title,
// one heading, a label for each input, an error tied to its field.  No script
// but those of a captcha, which are files; or "any", in a page that is not
// Doorward's.
export async function usable(page, { scripts = false } = {}) {
    await page.waitForLoadState();
    const faults = await page.evaluate((scripts) => {
        const bad = [];
        if (!document.documentElement.lang)
            bad.push('no lang');
        if (!document.title)
            bad.push('no title');
        if (document.querySelectorAll('h1').length !== 1)
            bad.push('not one h1');
        if (!document.querySelector('main'))
            bad.push('no main');
        for (const i of document.querySelectorAll('input, select, ' +
            'textarea')) {
            if (i.type === 'hidden' || i.closest('[hidden]'))
                continue;
            if (i.labels.length === 0)
                bad.push(`no label: ${i.name}`);
            for (const id of (i.getAttribute('aria-describedby') ?? '')
                .split(' ').filter(Boolean))
                if (!document.getElementById(id))
                    bad.push(`no element ${id}`);
            if (i.type !== 'checkbox' &&
                (i.type === 'radio' ? i.labels[0] : i).offsetHeight < 44)
                bad.push(`too low: ${i.name}`);
        }
        if (document.documentElement.scrollWidth > innerWidth)
            bad.push('wider than the window');
        if (document.querySelector(scripts === 'any' ? '[style]' : scripts ?
            'script:not([src]), [style], style' : 'script, [style], style'))
            bad.push('script or inline style');
        return bad;
    }, scripts);
    assert.deepEqual(faults, [], page.url());
}

// The page is usable; with DOORWARD_SHOTS, pictures of it go there.
const shots = process.env.DOORWARD_SHOTS;
export async function look(v, name, options) {
    await usable(v.page, options);
    if (!shots)
        return;
    await mkdir(shots, { recursive: true });
    for (const width of [360, 1280])
        for (const colorScheme of ['light', 'dark']) {
            await v.page.setViewportSize({ width, height: 800 });
            await v.page.emulateMedia({ colorScheme,
                reducedMotion: 'reduce' });
            await v.page.screenshot({ fullPage: true,
                path: `${shots}/${name}-${width}-${colorScheme}.png` });
        }
}
