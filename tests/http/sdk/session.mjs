// The calls of back ends on sessions: socialApi, slidingTokenApi, and those of
// accountApi and configurationApi.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guid, time } from '../api.mjs';
import { fails, served, works } from './driver.mjs';
import { as, nowhere, password, signedIn } from './people.mjs';
import { deleted, Integer, maybe, session, tokens } from './shapes.mjs';

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
        const keys = `SecurityQuestions LoginLockedConfiguration
            TwoFactorAuthentication IsRiskBasedAuthentication IsRememberMe
            OptionalRecaptchaConfiguration ApiRequestSigningConfig
            PassKeysConfig TemplateVerificationTypes IsPhoneLogin
            IsUserNameLogin EmailVerificationFlow RegistrationFormSchema
            PrivacyPolicyConfiguration`.trim().split(/\s+/);
        await works('configurationApi.getConfigurations', [], (info) =>
            keys.every((k) => k in info));
        await as({ apiKey: nowhere }, () =>
            fails('configurationApi.getConfigurations', [], 901));
    });
