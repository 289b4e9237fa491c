// W1, W3, W4, W5, W10.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, password, person,
    refused, register, signedIn } from './api.mjs';

const forgot = (json, query) => call('POST', `${AUTH}/password`,
    { json, query });
const reset = (json) => call('PUT', `${AUTH}/password/reset`, { json });
const change = (token, oldpassword, newpassword) => call('PUT',
    `${AUTH}/password/change`, { token, json: { oldpassword, newpassword } });

// The mail of the reset comes after that of the verification.
async function resetToken(p) {
    const before = (await mails(p.email)).length;
    granted(await forgot({ email: p.email }));
    return (await mail(p.email, before + 1)).token;
}

test('W1, W3: forgotten, mailed, reset, signed in', async () => {
    const p = await signedIn();
    const resettoken = await resetToken(p);
    granted(await login(p));
    assert.deepEqual(granted(await reset({ resettoken,
        password: 'violet-harbour-88' })), { IsPosted: true });
    refused(await login(p), 966, 401);
    granted(await login(p, 'violet-harbour-88'));
    refused(await call('GET', `${AUTH}/account`, { token: p.token }), 905,
        403);
    refused(await reset({ resettoken, password: 'amber-lantern-93' }), 974,
        403);
});

test('W1: known and unknown are answered alike (S-018)', async () => {
    const p = await person();
    const a = await forgot({ email: p.email });
    const b = await forgot({ email: address() });
    assert.deepEqual(granted(a), { IsPosted: true });
    assert.equal(a.text, b.text);
});

test('W1: what cannot be', async () => {
    refused(await forgot({}), 1141, 400);
    refused(await forgot({ email: '' }), 1141, 400);
    refused(await forgot({ email: 'nobody' }), 1038, 400);
    refused(await forgot({ email: 5 }), 1090, 400);
    refused(await forgot({ email: address() }, { resetPasswordUrl:
        'https://evil.example/' }), 1249, 403);
    refused(await call('POST', `${AUTH}/password`), 965, 400);
});

test('W1: the link is the site\'s own, whatever Host says (F-22, S-035)',
    async () => {
        const p = await person();
        const before = (await mails(p.email)).length;
        await call('POST', `${AUTH}/password`, { json: { email: p.email },
            headers: { 'X-Forwarded-Host': 'evil.example',
                'Forwarded': 'host=evil.example' } });
        const m = await mail(p.email, before + 1);
        assert.doesNotMatch(m.text, /evil\.example/);
    });

test('W3: the policy is judged before the link is spent (S-047)',
    async () => {
        const p = await person();
        const resettoken = await resetToken(p);
        refused(await reset({ resettoken, password: 'short' }), 1134, 403);
        refused(await reset({ resettoken, password: 'password' }), 1216,
            403);
        refused(await reset({ resettoken, password }), 1015, 403);
        refused(await reset({ resettoken }), 1089, 400);
        granted(await reset({ ResetToken: resettoken,
            Password: 'violet-harbour-88' }));
    });

test('W3: wrong and absent links', async () => {
    const word = 'violet-harbour-88';
    refused(await reset({ resettoken: 'x', password: word }), 1063, 403);
    refused(await reset({ resettoken: 'A'.repeat(43), password: word }),
        1063, 403);
    refused(await reset({ password: word }), 908, 400);
    refused(await call('PUT', `${AUTH}/password/reset`), 1079, 400);
});

test('W3: a link of verification resets nothing, nor the reverse (S-029)',
    async () => {
        const p = await register();
        const { token } = await mail(p.email);
        refused(await reset({ resettoken: token,
            password: 'violet-harbour-88' }), 1063, 403);
        const resettoken = await resetToken(p);
        refused(await call('GET', `${AUTH}/email`,
            { query: { verificationtoken: resettoken } }), 973, 403);
    });

test('W3: the reset proves the address (F-33)', async () => {
    const p = await register();
    await mail(p.email);
    const resettoken = await resetToken(p);
    granted(await reset({ resettoken, password: 'violet-harbour-88' }));
    const a = granted(await login(p, 'violet-harbour-88'));
    assert.equal(a.Profile.EmailVerified, true);
});

test('W3: 50 uses of one link have one success (S-030)', async () => {
    const p = await person();
    const resettoken = await resetToken(p);
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        reset({ resettoken, password: `violet-harbour-${100 + i}` })));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all)
        if (a.status !== 200)
            assert.ok([974, 1063].includes(a.json.ErrorCode), a.text);
});

test('W4, W5: no code is right where links are sent', async () => {
    const p = await person();
    const word = 'violet-harbour-88';
    refused(await reset({ email: p.email, otp: '123456', password: word }),
        1185, 403);
    refused(await reset({ email: address(), otp: '123456', password: word }),
        1185, 403);
    refused(await reset({ email: p.email, password: word }), 908, 400);
    refused(await reset({ email: p.email, otp: 123456, password: word }),
        1090, 400);
    const a = await reset({ username: 'nobody-1', otp: '123456',
        password: word });
    assert.ok([1185, 1238].includes(a.json.ErrorCode), a.text);
});

test('W10: changes, ends the other sessions, tells the owner (S-050)',
    async () => {
        const p = await signedIn();
        const other = granted(await login(p)).access_token;
        const before = (await mails(p.email)).length;
        assert.deepEqual(granted(await change(p.token, password,
            'violet-harbour-88')), { IsPosted: true });
        granted(await call('GET', `${AUTH}/account`, { token: p.token }));
        refused(await call('GET', `${AUTH}/account`, { token: other }), 905,
            403);
        refused(await login(p), 966, 401);
        granted(await login(p, 'violet-harbour-88'));
        await mail(p.email, before + 1);
    });

test('W10: what cannot be', async () => {
    const p = await signedIn();
    refused(await change(p.token, 'wrong-one-1', 'violet-harbour-88'), 967,
        401);
    refused(await change(p.token, password, 'short'), 1134, 403);
    refused(await change(p.token, password, 'password'), 1216, 403);
    refused(await change(p.token, password, password), 1015, 403);
    refused(await change(p.token, undefined, 'violet-harbour-88'), 1089,
        400);
    refused(await change(p.token, password, undefined), 1089, 400);
    refused(await change(undefined, password, 'violet-harbour-88'), 1060,
        400);
    refused(await call('PUT', `${AUTH}/password/change`,
        { token: p.token }), 1079, 400);
    granted(await login(p));
});

test('W10: a reset link of before is dead (F-26, S-034)', async () => {
    const p = await signedIn();
    const resettoken = await resetToken(p);
    granted(await change(p.token, password, 'violet-harbour-88'));
    const a = await reset({ resettoken, password: 'amber-lantern-93' });
    assert.notEqual(a.status, 200);
    granted(await login(p, 'violet-harbour-88'));
});
