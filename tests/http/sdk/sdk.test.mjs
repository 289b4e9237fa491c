// The published Node SDK, unmodified but for its domain.  It knows https on
// port 443 alone, so its agent connects to the demo's port instead.
import assert from 'node:assert/strict';
import https from 'node:https';
import { createRequire } from 'node:module';
import net from 'node:net';
import { test } from 'node:test';
import { address, base, guid, key, mail, nowhere, password, secret, time }
    from '../api.mjs';

const { host, port } = new URL(base);
https.globalAgent = Object.assign(new https.Agent(), {
    createConnection: () => net.connect(port, 'localhost') });
const sdk = createRequire(import.meta.url)('loginradius-sdk')({
    apiDomain: host, apiKey: key, apiSecret: secret });
const auth = sdk.authenticationApi;

const refusedWith = (promise, code) => assert.rejects(promise, (e) => {
    assert.equal(e.ErrorCode, code, JSON.stringify(e));
    return true;
});

async function registered(sott, more = {}) {
    const email = address();
    const answer = await auth.userRegistrationByEmail({
        Email: [{ Type: 'Primary', Value: email }], Password: password,
        ...more }, sott);
    assert.equal(answer.IsPosted, true, JSON.stringify(answer));
    const { token } = await mail(email);
    assert.equal((await auth.verifyEmail(token)).IsPosted, true);
    return email;
}

test('the SDK registers with the SOTT that its own routine makes (S-042)',
    async () => {
        const email = await registered(await sdk.helper.getSott({}));
        const session = await auth.loginByEmail({ email, password });
        assert.match(session.access_token, guid);
        await refusedWith(auth.userRegistrationByEmail({
            Email: [{ Type: 'Primary', Value: address() }],
            Password: password }, await sdk.helper.getSott({
            apiSecret: nowhere })), 1049);
    });

test('the SDK registers with a SOTT that it asked for (S15)', async () => {
    const { Sott, ExpiryTime } = await sdk.sottApi.generateSott(10);
    assert.match(ExpiryTime, time);
    await registered(Sott);
});

test('the SDK signs in, reads, writes, checks and signs out', async () => {
    const email = await registered(await sdk.helper.getSott({}),
        { FirstName: 'Ada' });
    const { access_token: token, expires_in: ends, Profile } =
        await auth.loginByEmail({ email, password });
    assert.match(ends, time);
    assert.equal(Profile.FirstName, 'Ada');
    const change = await auth.updateProfileByAccessToken(token,
        { LastName: 'Example' });
    assert.equal(change.IsPosted, true);
    const profile = await auth.getProfileByAccessToken(token,
        'Uid,LastName,Email');
    assert.equal(profile.LastName, 'Example');
    assert.equal(profile.Email[0].Value, email);
    assert.equal((await auth.authValidateAccessToken(token)).access_token,
        token);
    assert.equal((await auth.authInValidateAccessToken(token)).IsPosted,
        true);
    await refusedWith(auth.getProfileByAccessToken(token), 905);
});

test('the SDK changes and recovers a password', async () => {
    const email = await registered(await sdk.helper.getSott({}));
    const { access_token: token } = await auth.loginByEmail(
        { email, password });
    const second = 'violet-harbour-88', third = 'amber-lantern-93';
    await refusedWith(auth.changePassword(token, second, third), 967);
    assert.equal((await auth.changePassword(token, second, password))
        .IsPosted, true);
    await refusedWith(auth.loginByEmail({ email, password }), 966);
    assert.equal((await auth.forgotPassword(email,
        `${base}/reset-password`)).IsPosted, true);
    // The verification, the notice of the change, the reset.
    let reset;
    for (let n = 2; !reset; n++)
        reset = (await mail(email, n)).token;
    assert.equal((await auth.resetPasswordByResetToken({
        resettoken: reset, password: third })).IsPosted, true);
    assert.match((await auth.loginByEmail({ email, password: third }))
        .access_token, guid);
});

test('the SDK asks whether names are free, and sets one', async () => {
    const email = await registered(await sdk.helper.getSott({}));
    assert.equal((await auth.checkEmailAvailability(email)).IsExist, true);
    assert.equal((await auth.checkEmailAvailability(address())).IsExist,
        false);
    const { access_token: token } = await auth.loginByEmail(
        { email, password });
    const name = email.split('@')[0];
    assert.equal((await auth.checkUserNameAvailability(name)).IsExist, false);
    assert.equal((await auth.setOrChangeUserName(token, name)).IsPosted,
        true);
    assert.equal((await auth.checkUserNameAvailability(name)).IsExist, true);
    assert.match((await auth.loginByUserName({ username: name, password }))
        .access_token, guid);
});
