// A6, A7.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, key, login, mail, mails,
    refused, register, signedIn } from './api.mjs';
import { request } from './wire.mjs';

const DELETE = `${AUTH}/account/delete`;
const ask = (token, query, options) => call('DELETE', `${AUTH}/account`,
    { token, query, ...options });
const confirm = (deletetoken, options) => call('GET', DELETE,
    { query: { deletetoken }, ...options });

// The registration's mail was the first.
async function asked() {
    const p = await signedIn();
    assert.deepEqual(granted(await ask(p.token)),
        { IsDeleteRequestAccepted: true });
    return { ...p, link: await mail(p.email, 2) };
}

test('A6, A7: a mail, and the account is gone at once (S-051)', async () => {
    const p = await asked();
    const url = new URL(p.link.link);
    assert.equal(url.pathname, `${new URL(base).pathname}/delete`
        .replace('//', '/'));
    assert.equal(url.searchParams.get('vtype'), 'deleteuser');
    granted(await login(p));        // nothing has changed yet
    assert.deepEqual(granted(await confirm(p.link.token)),
        { IsPosted: true });
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905,
        403);
    refused(await login(p), 966, 401);
    refused(await confirm(p.link.token), 1119, 403);
    const told = await mail(p.email, 3);
    assert.match(told.subject, /was deleted/);
    assert.doesNotMatch(told.text, /vtoken=|new account from/);
    assert.deepEqual(granted(await call('GET', `${AUTH}/email`,
        { query: { email: p.email } })), { IsExist: false });
});

test('A7: a new account of the address inherits nothing (S-051)',
    async () => {
        const p = await asked();
        granted(await call('PUT', `${AUTH}/account`, { token: p.token,
            json: { FirstName: 'Mira' } }));
        granted(await confirm(p.link.token));
        const q = await register({ email: p.email });
        granted(q.answer);
        const { token } = await mail(p.email, 4);
        granted(await call('GET', `${AUTH}/email`,
            { query: { verificationtoken: token } }));
        const { Profile } = granted(await login(q));
        assert.notEqual(Profile.Uid, p.session.Profile.Uid);
        assert.equal(Profile.FirstName, null);
        refused(await confirm(p.link.token), 1119, 403);
    });

test('A7: by POST, as JSON and as a form', async () => {
    let p = await asked();
    granted(await call('POST', DELETE,
        { json: { DeleteToken: p.link.token } }));
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905);
    p = await asked();
    granted(await call('POST', DELETE,
        { form: { deletetoken: p.link.token } }));
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905);
});

test('A7: a scanner that follows links deletes nothing (S-037)',
    async () => {
        const p = await asked();
        const query = { deletetoken: p.link.token };
        const head = await call('HEAD', DELETE, { query });
        assert.equal(head.status, 405);
        // fetch keeps Sec-Fetch-Mode to itself.
        const click = await request('GET', `${DELETE}?deletetoken=` +
            p.link.token, [`X-Doorward-ApiKey: ${key}`,
            'Sec-Fetch-Mode: navigate']);
        assert.equal(click.json?.ErrorCode, 400, click.text);
        granted(await call('GET', `${AUTH}/account`, { token: p.token }));
        granted(await confirm(p.link.token));
    });

test('A7: 50 uses of one link have one success (S-030)', async () => {
    const p = await asked();
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        i % 2 ? confirm(p.link.token) : call('POST', DELETE,
            { json: { deletetoken: p.link.token } })));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((x) => x.status !== 200))
        refused(a, 1119, 403);
    await mail(p.email, 3);
    assert.equal((await mails(p.email))
        .filter((m) => /was deleted/.test(m.subject)).length, 1);
});

test('A7: a newer request voids the older link, a new password both (S-034)',
    async () => {
        const p = await asked();
        granted(await ask(p.token));
        const newer = await mail(p.email, 3);
        refused(await confirm(p.link.token), 1119, 403);
        granted(await call('PUT', `${AUTH}/password/change`, { token: p.token,
            json: { OldPassword: 'cobalt-meadow-71',
                NewPassword: 'violet-harbour-88' } }));
        refused(await confirm(newer.token), 1119, 403);
        granted(await login(p, 'violet-harbour-88'));
    });

test('A6: what is refused', async () => {
    const p = await signedIn();
    refused(await ask(undefined), 1060, 400);
    refused(await ask(p.token, { deleteurl: 'https://evil.example/x' }),
        1249, 403);
    assert.equal((await mails(p.email)).length, 1);
    for (let i = 0; i < 2; i++)     // the third mail of the hour is the last
        granted(await ask(p.token, {}, i ? { json: {} } : {}));
    refused(await ask(p.token), 1122, 403);
});

test('A7: what is refused', async () => {
    refused(await call('GET', DELETE), 908, 400);
    refused(await call('POST', DELETE, { json: {} }), 908, 400);
    refused(await confirm('x'), 1119, 403);
    refused(await confirm('x'.repeat(43)), 1119, 403);
    const code = (json) => call('POST', DELETE, { json });
    refused(await code({ email: address(), otp: '123456' }), 1185, 403);
    refused(await code({ email: 'x', otp: '123456' }), 1038, 400);
    refused(await code({ email: address() }), 908, 400);
    refused(await call('GET', DELETE, { query: { email: address(),
        otp: '123456' } }), 1185, 403);
    const p = await asked();        // a link of another kind
    const { token } = (await mails(p.email))[0];
    refused(await confirm(token), 1119, 403);
    refused(await call('GET', `${AUTH}/email`,
        { query: { verificationtoken: p.link.token } }), 973, 403);
    granted(await confirm(p.link.token));
});
