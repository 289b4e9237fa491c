// A site with optional verification that tells who exists, and signs in on
// verification and on reset.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, guid, login, mail, mails, password,
    refused, register, source } from '../api.mjs';

test('RG1: posted with a session, and a mail all the same', async () => {
    const p = await register({ body: { FirstName: 'Mira' } });
    const a = granted(p.answer);
    assert.equal(a.IsPosted, true);
    assert.match(a.Data.access_token, guid);
    assert.match(a.Data.refresh_token, guid);
    assert.equal(a.Data.Profile.EmailVerified, false);
    assert.equal(a.Data.Profile.FirstName, 'Mira');
    granted(await call('GET', `${AUTH}/account`,
        { token: a.Data.access_token }));
    granted(await login(p));
    const { token } = await mail(p.email);
    const v = granted(await call('GET', `${AUTH}/email`,
        { query: { verificationtoken: token } }));
    assert.match(v.Data.access_token, guid);
    assert.equal(v.Data.Profile.EmailVerified, true);
});

test('RG1: options=PreventVerificationEmail sends none', async () => {
    const p = await register({}, { query: {
        options: 'PreventVerificationEmail' } });
    granted(p.answer);
    await new Promise((done) => setTimeout(done, 1500));
    assert.equal((await mails(p.email)).length, 0);
});

test('compat.reveal_account_existence: 936, 938, 1025', async () => {
    const p = await register();
    granted(p.answer);
    refused((await register({ email: p.email })).answer, 936, 403);
    refused(await call('POST', `${AUTH}/login`, { from: source(),
        json: { email: address(), password } }), 938, 403);
    refused(await call('PUT', `${AUTH}/register`,
        { json: { email: address() } }), 938, 403);
    const { token } = await mail(p.email);
    granted(await call('GET', `${AUTH}/email`,
        { query: { verificationtoken: token } }));
    refused(await call('PUT', `${AUTH}/register`,
        { json: { email: p.email } }), 1025, 403);
});

test('W3: a reset signs in where the site says so', async () => {
    const p = await register();
    granted(p.answer);
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    const { token } = await mail(p.email, 2);
    const a = granted(await call('PUT', `${AUTH}/password/reset`, { json: {
        resettoken: token, password: 'violet-harbour-88' } }));
    assert.match(a.Data.access_token, guid);
    granted(await call('GET', `${AUTH}/access_token/validate`,
        { token: a.Data.access_token }));
    refused(await call('GET', `${AUTH}/access_token/validate`,
        { token: p.answer.json.Data.access_token }), 905, 403);
});

test('before the first proof: no further address, no welcome, no deletion ' +
    '(S-045)', async () => {
    const p = await register();
    const { access_token: token } = granted(p.answer).Data;
    refused(await call('POST', `${AUTH}/email`, { token,
        json: { email: address() } }), 1177, 403);
    refused(await call('GET', `${AUTH}/account/sendwelcomeemail`, { token }),
        1340, 403);
    refused(await call('DELETE', `${AUTH}/account`, { token }), 1340, 403);
    granted(await call('GET', `${AUTH}/account`, { token,
        query: { welcomeemailtemplate: 'default' } }));
    await mail(p.email);
    assert.equal((await mails(p.email)).length, 1);
});

test('A7: 938 where the site tells who exists', async () => {
    refused(await call('POST', `${AUTH}/account/delete`,
        { json: { email: address(), otp: '123456' } }), 938, 403);
    const p = await register();
    granted(p.answer);
    refused(await call('POST', `${AUTH}/account/delete`,
        { json: { email: p.email, otp: '123456' } }), 1185, 403);
});
