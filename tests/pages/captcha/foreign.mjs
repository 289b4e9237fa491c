// The pages with the widget of another provider.  Its script is played by the
// test, at the provider's own address: the content policy must admit it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { address, mail, password } from '../../http/api.mjs';
import { visitor } from '../browser.mjs';

export const asked = [];
let answer;
const standIn = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => { body += d; });
    request.on('end', () => {
        asked.push(Object.fromEntries(new URLSearchParams(
            request.method === 'GET' ? request.url.split('?')[1] : body)));
        response.end(JSON.stringify(answer));
    });
});
await new Promise((done) => standIn.listen(
    Number(process.env.DOORWARD_CAPTCHA_PORT), '127.0.0.1', done));
after(() => standIn.close());
export const says = (value) => { answer = value; };

export async function signUp(scripts) {
    const v = await visitor();
    for (const [address, body] of Object.entries(scripts))
        await v.page.route(address, (route) => route.fulfill({ body,
            contentType: 'text/javascript' }));
    await v.go('/signup');
    const email = address();
    await v.page.fill('#email', email);
    await v.page.fill('#new_password', password);
    return { ...v, email };
}

export const send = (v) => v.page.locator('main button[type=submit]').first()
    .click();

export async function arrives(v) {
    await v.page.locator('h1', { hasText: 'Check your mail' })
        .waitFor({ timeout: 20000 });
    assert.ok((await mail(v.email)).link);
    assert.deepEqual(v.faults, []);
}
