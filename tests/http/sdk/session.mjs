// The calls of back ends on sessions: socialApi, slidingTokenApi, and those of
// accountApi and configurationApi.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { guid, time } from '../api.mjs';
import { fails, served, works } from './driver.mjs';
import { as, nowhere, password, signedIn } from './people.mjs';
import { deleted, has, Integer, maybe, session, tokens } from './shapes.mjs';

const social = (method) => `socialApi.${method}`;
const account = (method) => `accountApi.${method}`;
const fresh = { ...tokens, refresh_token: maybe(guid) };
const ended = { isPosted: true, IsPosted: true };

if (await served('GET', '/identity/v2/auth/access_token/sliding_token'))
    test('SDK: sliding tokens', async () => {
        const p = await signedIn();
        const next = await works('slidingTokenApi.slidingAccessToken',
            [p.token], fresh);
        assert.notEqual(next.access_token, p.token);
        await fails('slidingTokenApi.slidingAccessToken', [p.token], 905,
            403);
    });

if (await served('GET', '/api/v2/access_token/validate'))
    test('SDK: tokens, checked, renewed and ended by a back end',
        async () => {
            const p = await signedIn();
            await works(social('validateAccessToken'), [p.token],
                { access_token: p.token, refresh_token: maybe(guid),
                    expires_in: time });
            await fails(social('validateAccessToken'), [nowhere], 905);
            const { access_token: token } = await works(
                social('refreshAccessToken'), [p.token, 10, false], fresh);
            await fails(social('refreshAccessToken'), [nowhere, 10, false],
                905);
            await works(social('inValidateAccessToken'), [token], ended);
            await fails(social('inValidateAccessToken'), [nowhere], 905);
        });

// Nothing hands out request tokens yet, so the test puts one where a sign-in
// by another site will.
function requestToken(uid) {
    const raw = randomBytes(16);
    const [, database] = /^\[database\][^[]*^name = (\S+)$/m.exec(
        readFileSync(join(process.env.DOORWARD_SITE, 'etc/doorward.conf'),
            'utf8'));
    const id = createHash('sha256').update(raw).digest('hex');
    execFileSync('mariadb', ['--no-defaults', '-S',
        process.env.DOORWARD_SOCKET, database, '-e', 'INSERT INTO dw_ticket' +
        ' (id, purpose, uid, generation, address, created_s, expires_s, data)' +
        ` SELECT x'${id}', 19, uid, generation, '', UNIX_TIMESTAMP(),` +
        ' UNIX_TIMESTAMP() + 600, \'{"provider":"email","remember":false}\'' +
        ` FROM dw_account WHERE uid = x'${uid}'`]);
    return raw.toString('hex').replace(
        /^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

if (await served('GET', '/api/v2/access_token'))
    test('SDK: a request token', async () => {
        const p = await signedIn(), token = requestToken(p.Uid);
        await works(social('exchangeAccessToken'), [token], fresh);
        await fails(social('exchangeAccessToken'), [token], 903);
    });

if (await served('GET', '/api/v2/access_token/activesession'))
    test('SDK: active sessions', async () => {
        const p = await signedIn();
        const list = { data: [{ AccessToken: guid, Browser: String,
            Device: String, Os: String,
            DeviceType: /^(Desktop|Mobile|Tablet)$/, City: String,
            Country: String, Ip: String, LoginDate: time }],
        nextCursor: Integer };
        for (const [method, arg] of [['getActiveSession', p.token],
            ['getActiveSessionByAccountID', p.Uid],
            ['getActiveSessionByProfileID', p.Profile.ID]]) {
            const { data } = await works(social(method), [arg], list);
            assert.equal(data.length, 1);
            await as({ apiSecret: nowhere }, () =>
                fails(social(method), [arg], 902));
        }
    });

if (await served('GET', '/identity/v2/manage/account/access_token'))
    test('SDK: a session of somebody, refreshed and revoked', async () => {
        const p = await signedIn();
        await works(account('getAccessTokenByUid'), [p.Uid], fresh);
        await fails(account('getAccessTokenByUid'), ['f'.repeat(32)], 938);
        const login = () => works('authenticationApi.loginByEmail',
            [{ email: p.email, password }], session);
        const { refresh_token: first } = await login();
        const { refresh_token: second } = await works(
            account('refreshAccessTokenByRefreshToken'), [first], {
                ...tokens, refresh_token: guid });
        assert.notEqual(second, first);
        await fails(account('refreshAccessTokenByRefreshToken'), [nowhere],
            1217);
        await works(account('revokeRefreshToken'), [second], deleted);
        await fails(account('revokeRefreshToken'), [nowhere], 1217);
        const { refresh_token: third } = await login();
        await works(account('revokeAllRefreshToken'), [p.Uid], deleted);
        await fails(account('refreshAccessTokenByRefreshToken'), [third],
            1217);
        await fails(account('revokeAllRefreshToken'), ['f'.repeat(32)], 938);
    });

if (await served('GET', '/ciam/appinfo'))
    test('SDK: the configuration, where it asks for it', async () => {
        const object = (v) => v !== null && typeof v === 'object';
        const documented = { SecurityQuestions: { Questions: [{ QuestionId:
            String, Question: String }], SecurityQuestionCount: Integer },
        LoginLockedConfiguration: object, IsRememberMe: Boolean,
        OptionalRecaptchaConfiguration: object,
        ApiRequestSigningConfig: object, TemplateVerificationTypes: (v) =>
            Object.values(v).every((w) => /^(OTP|MAGICLINK)$/.test(w)),
        IsPhoneLogin: Boolean, IsUserNameLogin: Boolean,
        EmailVerificationFlow: String, RegistrationFormSchema:
            Array.isArray, PrivacyPolicyConfiguration: object };
        const info = await works('configurationApi.getConfigurations', [],
            object);
        has(documented, Object.fromEntries(Object.keys(documented)
            .map((name) => [name, info[name]])), 'configuration');
        await as({ apiKey: nowhere }, () =>
            fails('configurationApi.getConfigurations', [], 901));
    });
