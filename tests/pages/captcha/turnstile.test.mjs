import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrives, asked, says, send, signUp } from './foreign.mjs';

// As the widget does: a field in the form, when it is satisfied.
const scripts = { 'https://challenges.cloudflare.com/turnstile/v0/api.js': `
    const box = document.querySelector('.cf-turnstile');
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'cf-turnstile-response';
    field.value = [box.dataset.sitekey, box.dataset.action, Math.random()]
        .join(' ');
    box.append(field);` };

test('sign up with Turnstile: its field goes to its provider (S-025, S-102)',
    async () => {
        const v = await signUp(scripts);
        says({ success: true, hostname: 'localhost', action: 'register' });
        await v.page.waitForSelector('.cf-turnstile input',
            { state: 'attached' });
        await send(v);
        await arrives(v);
        assert.equal(asked.length, 1);
        assert.match(asked[0].response, /^site-key register 0\.\d+$/);
        assert.equal(asked[0].secret, 'secret-key');
    });

test('sign up with Turnstile: a refusal is told, and another try is good',
    async () => {
        const v = await signUp(scripts);
        says({ success: false, 'error-codes': ['invalid-input-response'] });
        await send(v);
        assert.match(await v.page.locator('.captcha .error').innerText(),
            /robots/);
        assert.equal(await v.page.inputValue('#email'), v.email);
        says({ success: true, hostname: 'localhost', action: 'register' });
        await v.page.fill('#new_password', 'cobalt-meadow-71');
        await send(v);
        await arrives(v);
    });
