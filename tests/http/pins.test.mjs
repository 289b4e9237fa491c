// PINs and security questions on a site that has neither.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, login, nowhere, refused, register, signedIn }
    from './api.mjs';

const answers = { school: 'Hill House' };

test('PIN calls answer 1233 where PINs are off', async () => {
    const p = await signedIn();
    const rows = [['POST', 'pin/set/pinauthtoken',
        { pinauthtoken: nowhere }],
    ['PUT', 'pin/change', { oldpin: '1', newpin: '2' }],
    ['POST', 'pin/change', { oldpin: '1', newpin: '2' }],
    ['POST', 'pin/forgot/email', { email: p.email }],
    ['POST', 'pin/forgot/username', { username: 'nobody-here' }],
    ['POST', 'pin/forgot/otp', { phone: '+12025550142' }],
    ['PUT', 'pin/reset/otp/phone', { phone: '+12025550142', otp: '1' }],
    ['PUT', 'pin/reset/token', { resettoken: 'x' }],
    ['PUT', 'pin/reset/otp/email', { email: p.email, otp: '1' }],
    ['PUT', 'pin/reset/otp/username', { username: 'nobody-here', otp: '1' }],
    ...['email', 'username', 'phone'].map((by) => ['PUT',
        `pin/reset/securityanswer/${by}`,
        { [by]: 'x', securityanswer: answers }])];
    for (const [method, path, json] of rows)
        refused(await call(method, `${AUTH}/${path}`, { token: p.token,
            json: { pin: '482915', ...json } }), 1233, 403);
    refused(await call('GET', `${AUTH}/session_token/invalidate`,
        { query: { session_token: nowhere } }), 1245, 403);
    assert.equal(granted(await call('PUT', `${AUTH}/account`,
        { token: p.token, json: { PINInfo: { PIN: '482915' } } })).Data.PIN,
    null);
});

test('question calls answer 1095 where there are none', async () => {
    const p = await signedIn();
    for (const [by, name] of [['email', p.email],
        ['username', 'nobody-here'], ['phone', '+12025550142']])
        refused(await call('GET', `${AUTH}/securityquestion/${by}`,
            { query: { [by]: name } }), 1095, 403);
    refused(await call('GET', `${AUTH}/securityquestion/accesstoken`,
        { token: p.token }), 1095, 403);
    refused(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { SecurityQuestionAnswer: answers } }), 1095, 403);
    for (const by of ['email', 'username', 'phone'])
        refused(await call('PUT', `${AUTH}/password/securityanswer`,
            { json: { [by]: 'x', password: 'violet-harbour-88',
                securityanswer: answers } }), 1095, 403);
    refused((await register({ body: { SecurityQuestionAnswer: answers } }))
        .answer, 1095, 403);
});

test('A5 frees nobody of a suspension', async () => {
    const p = await signedIn();
    const unlock = () => call('PUT', `${AUTH}/account/unlock`,
        { token: p.token, json: { securityanswer: answers } });
    refused(await unlock(), 1221, 403);
    for (let i = 0; i < 10; i++)
        await login(p, 'not the password');
    const a = await unlock();
    refused(a, 1198, 403);
    assert.ok(Date.parse(a.json.Data.LoginLockedTimeout) > Date.now());
});
