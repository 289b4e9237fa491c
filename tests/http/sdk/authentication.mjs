// The class authenticationApi, and the calls of a session.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, call, granted, guid, mail, time } from '../api.mjs';
import { fails, sdk, works } from './driver.mjs';
import { address, answers, as, configure, mailCode, mailToken, nowhere,
    password, person, second, signedIn, site, solved, sott, third, wrong }
    from './people.mjs';
import { deleted, exists, maybe, policy, posted, postedProfile, profile,
    questions, session } from './shapes.mjs';

const page = 'https://localhost/reset';
const it = (method) => `authenticationApi.${method}`;
const login = (p, word = password) => works(it('loginByEmail'),
    [{ email: p.email, password: word }], session);

test('SDK: registration by email address, with its own SOTT (S-042)',
    async () => {
        const p = await signedIn({ FirstName: 'Ada' });
        assert.equal(p.Profile.FirstName, 'Ada');
        const body = { Email: [{ Type: 'Primary', Value: address() }],
            Password: password };
        await fails(it('userRegistrationByEmail'), [body,
            await sdk.helper.getSott({ apiSecret: nowhere })], 1049);
        await fails(it('userRegistrationByEmail'), [{ ...body,
            Email: [{ Type: 'Primary', Value: 'nobody' }] }, await sott()],
        1038);
        await fails(it('verifyEmail'), ['x'.repeat(43)], 973);
    });

test('SDK: registration with a SOTT that it asked for (S15)', async () => {
    const { Sott } = await works('sottApi.generateSott', [10],
        { Sott: String, ExpiryTime: time });
    await works(it('userRegistrationByEmail'), [{ Password: password,
        Email: [{ Type: 'Primary', Value: address() }] }, Sott], posted);
    await as({ apiSecret: nowhere }, () =>
        fails('sottApi.generateSott', [10], 902));
    await works('configurationApi.getServerInfo', [10], {
        ServerLocation: String, ServerName: String, CurrentTime:
        /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, Sott: { StartTime: String,
            EndTime: String, TimeDifference: '10 Minutes' } });
    await as({ apiKey: nowhere }, () =>
        fails('configurationApi.getServerInfo', [10], 901));
});

test('SDK: registration by a captcha', async () => {
    const body = { Email: [{ Type: 'Primary', Value: address() }],
        Password: password };
    await fails(it('userRegistrationByCaptcha'), [body], 982, 403);
    await works(it('userRegistrationByCaptcha'), [{ ...body,
        altcha: await solved('register') }], posted);
});

test('SDK: verification by a code, and again', async () => {
    const email = address();
    await works(it('userRegistrationByEmail'), [{ Password: password,
        Email: [{ Type: 'Primary', Value: email }] }, await sott()], posted);
    await mail(email);
    await site({ 'registration.verify_by': 'code' }, async () => {
        await works(it('authResendEmailVerification'), [email], posted);
        const otp = await mailCode(email);
        await fails(it('verifyEmailByOTP'), [{ email, otp: wrong(otp) }],
            1185, 403);
        await works(it('verifyEmailByOTP'), [{ email, otp }], posted);
    });
    await fails(it('authResendEmailVerification'), ['nobody'], 1038, 400);
});

test('SDK: sign-in by user name, and what it refuses', async () => {
    const { email, username } = await person();
    await works(it('loginByUserName'), [{ username, password }], session);
    await fails(it('loginByEmail'), [{ email, password: second }], 966, 401);
    await fails(it('loginByUserName'), [{ username, password: second }],
        966, 401);
});

test('SDK: profile, read and written', async () => {
    const p = await signedIn();
    await works(it('updateProfileByAccessToken'), [p.token, {
        LastName: 'Example', Country: { Name: 'Germany' }, Positions: [{
            Position: 'Engineer', Company: { Name: 'Example' } }],
        PhoneNumbers: [{ PhoneType: 'Mobile',
            PhoneNumber: '+12025550100' }] }], postedProfile);
    const shown = await works(it('getProfileByAccessToken'), [p.token],
        profile);
    assert.equal(shown.LastName, 'Example');
    assert.deepEqual(shown.Country, { Code: 'DE', Name: 'Germany' });
    assert.equal(shown.Positions[0].Company.Name, 'Example');
    await works(it('getProfileByAccessToken'), [p.token, 'Uid,Email'],
        { Uid: p.Uid, Email: [{ Type: 'Primary', Value: p.email }] });
    await fails(it('updateProfileByAccessToken'), [p.token,
        { BirthDate: '01-01-2999' }], 968);
    await fails(it('getProfileByAccessToken'), [nowhere], 905, 403);
});

test('SDK: token information, check and end', async () => {
    const p = await signedIn();
    await works(it('authValidateAccessToken'), [p.token],
        { access_token: p.token, refresh_token: maybe(guid),
            expires_in: time });
    await works(it('getAccessTokenInfo'), [p.token],
        { access_token: p.token, provider: 'email', isrememberme: false });
    await works(it('authInValidateAccessToken'), [p.token, true], posted);
    for (const method of ['authValidateAccessToken', 'getAccessTokenInfo'])
        await fails(it(method), [p.token], 905, 403);
    await fails(it('authInValidateAccessToken'), [nowhere], 905, 403);
});

test('SDK: addresses', async () => {
    const p = await signedIn(), other = address();
    await works(it('addEmail'), [p.token, other, 'Work'], posted);
    await works(it('verifyEmail'), [await mailToken(other)], posted);
    await works(it('removeEmail'), [p.token, other], deleted);
    await fails(it('removeEmail'), [p.token, other], 1340);
    await fails(it('addEmail'), [p.token, 'nobody', 'Work'], 1038, 400);
    await works(it('checkEmailAvailability'), [p.email], exists);
    assert.equal((await works(it('checkEmailAvailability'), [address()],
        exists)).IsExist, false);
    await fails(it('checkEmailAvailability'), ['nobody'], 1038, 400);
    await works(it('sendWelcomeEmail'), [p.token], posted);
    await fails(it('sendWelcomeEmail'), [nowhere], 905, 403);
});

test('SDK: user names', async () => {
    const p = await signedIn(), name = address().split('@')[0];
    const free = async () => !(await works(it('checkUserNameAvailability'),
        [name], exists)).IsExist;
    assert.ok(await free());
    await works(it('setOrChangeUserName'), [p.token, name], posted);
    assert.ok(!await free());
    await fails(it('setOrChangeUserName'), [nowhere, name], 905, 403);
    await as({ apiKey: nowhere }, () =>
        fails(it('checkUserNameAvailability'), [name], 901));
});

test('SDK: passwords, changed and reset', async () => {
    const p = await signedIn();
    await fails(it('changePassword'), [p.token, second, third], 967, 401);
    await works(it('changePassword'), [p.token, second, password], posted);
    await works(it('forgotPassword'), [p.email, page], posted);
    await fails(it('forgotPassword'), [p.email, 'https://evil.example/'],
        1249);
    const resettoken = await mailToken(p.email);
    await works(it('resetPasswordByResetToken'),
        [{ resettoken, password: third }], posted);
    await fails(it('resetPasswordByResetToken'),
        [{ resettoken, password: third }], 974, 403);
    await login(p, third);
});

test('SDK: passwords, reset by a code', async () => {
    for (const [method, member] of [['resetPasswordByEmailOTP', 'email'],
        ['resetPasswordByOTPAndUserName', 'username']]) {
        const p = await signedIn();
        const body = { [member]: p[member], password: second };
        await site({ 'password.reset_by': 'code' }, async () => {
            // The SDK cannot ask by user name.
            if (member === 'email')
                await works(it('forgotPassword'), [p.email, page], posted);
            else
                granted(await call('POST', `${AUTH}/password`,
                    { json: { username: p.username } }));
            const otp = await mailCode(p.email);
            await fails(it(method), [{ ...body, otp: wrong(otp) }], 1185,
                403);
            await works(it(method), [{ ...body, otp }], posted);
        });
        await login(p, second);
    }
});

test('SDK: security questions', async () => {
    const p = await signedIn();
    await works(it('updateProfileByAccessToken'), [p.token,
        { SecurityQuestionAnswer: answers }], postedProfile);
    await works(it('getSecurityQuestionsByAccessToken'), [p.token],
        questions);
    await works(it('getSecurityQuestionsByEmail'), [p.email], questions);
    await works(it('getSecurityQuestionsByUserName'), [p.username],
        questions);
    await fails(it('getSecurityQuestionsByAccessToken'), [nowhere], 905, 403);
    await fails(it('getSecurityQuestionsByEmail'), ['nobody'], 1038, 400);
    await as({ apiKey: nowhere }, () =>
        fails(it('getSecurityQuestionsByUserName'), [p.username], 901));
    let word = password;
    for (const [method, member, next] of [
        ['resetPasswordBySecurityAnswerAndEmail', 'email', second],
        ['resetPasswordBySecurityAnswerAndUserName', 'username', third]]) {
        const body = { [member]: p[member], password: next };
        await fails(it(method), [{ ...body, securityAnswer:
            { school: 'The other one' } }], 1094, 403);
        await works(it(method), [{ ...body, securityAnswer: answers }],
            posted);
        word = next;
    }
    await login(p, word);
});

test('SDK: a lock is taken off by a captcha', async () => {
    const p = await signedIn();
    await fails(it('unlockAccountByToken'), [p.token,
        { altcha: await solved('unlock') }], 1221, 403);
    configure({ 'login.lock': 'captcha', 'login.max_failures': 2 });
    for (let i = 0; i < 2; i++)
        await fails(it('loginByEmail'), [{ email: p.email,
            password: second }], 966, 401);
    await fails(it('loginByEmail'), [{ email: p.email, password }],
        1132, 403);
    await works(it('unlockAccountByToken'), [p.token,
        { altcha: await solved('unlock') }], posted);
    await login(p);
    configure({ 'login.lock': 'suspend', 'login.max_failures': 10 });
});

test('SDK: the privacy policy', async () => {
    const p = await signedIn();
    await site({ 'privacy.mode': 'moderated' }, async () => {
        await works(it('acceptPrivacyPolicy'), [p.token], profile);
        await fails(it('acceptPrivacyPolicy'), [p.token], 1222, 403);
        await works(it('getPrivacyPolicyHistoryByAccessToken'), [p.token],
            { Uid: p.Uid, Current: policy, History: [policy] });
        await fails(it('getPrivacyPolicyHistoryByAccessToken'), [nowhere],
            905, 403);
    });
});

test('SDK: deletion', async () => {
    const p = await signedIn();
    await works(it('deleteAccountWithEmailConfirmation'), [p.token],
        { IsDeleteRequestAccepted: true });
    await fails(it('deleteAccountWithEmailConfirmation'), [p.token,
        'https://evil.example/'], 1249);
    const token = await mailToken(p.email);
    await works(it('deleteAccountByDeleteToken'), [token], posted);
    await fails(it('deleteAccountByDeleteToken'), [token], 1119);
});
