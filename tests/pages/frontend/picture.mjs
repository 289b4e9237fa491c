// The picture of README.md is one of the page as it is now.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { visitor } from '../browser.mjs';

const there = new URL('../../../docs/login.png', import.meta.url);
const address = (png) => `data:image/png;base64,${png.toString('base64')}`;

test('docs/login.png shows the page for signing in', async () => {
    const v = await visitor({ viewport: { width: 480, height: 560 },
        colorScheme: 'light', reducedMotion: 'reduce' });
    await v.go('/login');
    const fresh = await v.page.screenshot({ fullPage: true,
        path: process.env.DOORWARD_PICTURE });
    const kept = readFileSync(there);
    assert.ok(kept.length < 60000);
    // Fonts differ by a few points; what the page has does not.
    await v.page.goto('about:blank');
    const apart = await v.page.evaluate(async (addresses) => {
        const [a, b] = await Promise.all(addresses.map(async (src) => {
            const image = Object.assign(new Image(), { src });
            await image.decode();
            const { width, height } = image;
            const canvas = Object.assign(document.createElement('canvas'),
                { width, height });
            const c = canvas.getContext('2d');
            c.drawImage(image, 0, 0);
            return { width, height,
                bytes: c.getImageData(0, 0, width, height).data };
        }));
        if (a.width !== b.width || a.height !== b.height)
            return 1;
        let n = 0;
        for (let i = 0; i < a.bytes.length; i += 4)
            n += Math.abs(a.bytes[i] - b.bytes[i]) > 64;
        return n / (a.width * a.height);
    }, [address(fresh), address(kept)]);
    assert.ok(apart < 0.02, `${Math.round(1000 * apart) / 10} % of it is ` +
        'different: ./dev docs takes a new one');
    await v.context.close();
});
