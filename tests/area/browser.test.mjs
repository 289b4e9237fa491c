// A person in front of a guarded folder: a stranger, signed in, signed out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, password, person } from '../http/api.mjs';
import { look, visitor } from '../pages/browser.mjs';

const { origin } = new URL(base);
const heading = (v) => v.page.locator('h1').innerText();
const send = (v) => v.page.locator('main button[type=submit]').first()
    .click();

for (const folder of process.env.DOORWARD_AREAS.split(' '))
    test(`${folder}: stranger, signed in, signed out, in a browser`,
        async () => {
            const { email } = await person();
            const v = await visitor(), at = `${origin}/${folder}`;
            await v.page.goto(`${at}/page.html?x=1&y=%20`);
            assert.equal(await heading(v), 'Sign in');
            await v.page.fill('#identifier', email);
            await v.page.fill('#password', 'not-the-password');
            await send(v);
            assert.equal(await heading(v), 'Sign in');
            await v.page.fill('#password', password);
            await send(v);
            assert.equal(v.page.url(), `${at}/page.html?x=1&y=%20`);
            assert.equal(await heading(v), 'Kept');

            await v.page.goto(`${at}/`);
            assert.equal(await heading(v), 'Members');
            assert.match(await v.page.locator('#user').innerText(),
                /^[0-9a-f]{32}$/);
            await v.page.goto(`${at}/board/page.html`);
            assert.equal(await heading(v), 'That did not work');
            await look(v, `guard-${folder}-refused`);

            await v.page.goto(`${at}/`);
            await v.page.click('text=Sign out');
            await send(v);
            for (const path of ['/page.html', '/', '/board/page.html']) {
                await v.page.goto(at + path);
                assert.equal(await heading(v), 'Sign in');
            }
            await v.page.goBack();
            await v.page.goBack();
            assert.notEqual(await heading(v), 'Kept');
            assert.deepEqual(v.faults, []);
            await v.context.close();
        });
