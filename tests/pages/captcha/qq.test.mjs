import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrives, asked, says, send, signUp } from './foreign.mjs';

// As its script does: a window, and a call when it is done or closed.
const script = (result) => ({
    'https://turing.captcha.qcloud.com/TCaptcha.js': `
    window.TencentCaptcha = class {
        constructor(id, done) { this.done = done; this.id = id; }
        show() {
            const results = ${JSON.stringify(result)};
            window.shown = (window.shown ?? 0) + 1;
            setTimeout(() => this.done({ ...results[window.shown - 1],
                appid: this.id }), 50);
        }
    };` });

test('sign up with QQ: the window closed, then solved (S-025, S-102)',
    async () => {
        const v = await signUp(script([{ ret: 2, ticket: null },
            { ret: 0, ticket: `t03-${Math.random()}`, randstr: '@ab' }]));
        says({ response: '1', evil_level: '0', err_msg: 'OK' });
        await send(v);
        for (let i = 0; i < 100 &&
            await v.page.evaluate('window.shown') !== 1; i++)
            await v.page.waitForTimeout(50);
        assert.equal(await v.page.evaluate('window.shown'), 1);
        assert.equal(await v.page.locator('h1').innerText(),
            'Create an account');
        assert.equal(asked.length, 0);
        await send(v);
        await arrives(v);
        assert.equal(asked.length, 1);
        assert.match(asked[0].Ticket, /^t03-/);
        assert.equal(asked[0].Randstr, '@ab');
        assert.equal(asked[0].aid, 'site-key');
    });
