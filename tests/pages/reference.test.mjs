// The API for people: on a narrow screen, and without script.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fine, visitor } from './browser.mjs';

test('the page of the API: one operation opens, and leads to its errors',
    async () => {
        for (const [width, scheme] of [[360, 'dark'], [1280, 'light']]) {
            const v = await visitor({ viewport: { width, height: 800 },
                colorScheme: scheme, javaScriptEnabled: false });
            await v.go('/api-reference');
            const one = v.page.locator('details', { hasText:
                '/identity/v2/auth/customobject/{objectrecordid}' }).first();
            assert.equal(await one.locator('dl').isVisible(), false);
            await one.locator('summary').click();
            assert.equal(await one.locator('dl').isVisible(), true);
            const wide = await v.page.evaluate(() =>
                document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${wide} of ${width}`);
            if (process.env.DOORWARD_SHOTS)
                await v.page.screenshot({ path:
                    `${process.env.DOORWARD_SHOTS}/api-${width}.png` });
            await one.locator('a[href="#e1057"]').click();
            assert.equal(await v.page.locator('#e1057').isVisible(), true);
            fine(v);
            await v.context.close();
        }
    });
