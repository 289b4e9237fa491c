// What the published SDKs take for granted, held against every answer of the
// API that any test gets.  Nothing of it is read from our own route table.
//
// Java: status 200 and no "description" in the text; .NET: no "errorCode" in
// it; Node: no ErrorCode in the object; PHP: status 200 alone.  Typed models:
// tokens are UUIDs, names are compared with their case, types are fixed.
import assert from 'node:assert/strict';
import { guid, has, maybe, optional, profile, time } from './sdk/shapes.mjs';

const uid = /^[0-9a-f]{32}$/;
const count = (v) => Number.isInteger(v) && v >= 0;
const some = (v) => typeof v === 'string' && v.length > 0;

// Members that have one meaning wherever they stand.
const members = {
    access_token: guid, refresh_token: maybe(guid),
    session_token: maybe(guid), expires_in: time,
    session_expires_in: maybe(time),
    SecondFactorAuthenticationToken: maybe(guid),
    SecondFactorValidationToken: maybe(guid),
    ExpiryTime: time, IsPosted: true, isPosted: true, IsDeleted: Boolean,
    IsExist: Boolean, IsActive: Boolean, IsVerified: Boolean,
    IsValid: Boolean, RecordsDeleted: maybe(count), Count: count,
    nextCursor: count, data: Array.isArray, Uid: uid,
    DateCreated: time, DateModified: time, AccountSid: /^AC[0-9a-f]{32}$/,
    Sid: /^SM[0-9a-f]{32}$/, Sott: (v) => some(v) ||
        (v !== null && typeof v === 'object'),
    QuestionId: some, Question: some
};
// Small as they are documented; all others begin with a capital.
const small = new Set(`access_token refresh_token session_token expires_in
    session_expires_in data nextCursor isPosted isrememberme provider
    year type notes activities degree fieldofstudy`.split(/\s+/));
// What stands below is the site's or the owner's, not the API's.
const free = new Set(['CustomObject', 'CustomFields', 'ProfileImageUrls',
    'WebProfiles']);

const isObject = (v) => v !== null && typeof v === 'object' &&
    !Array.isArray(v);

// As has() of the shapes, but fields= may have left members out.
function trimmed(shape, value, where) {
    if (shape?.optional !== undefined) {
        trimmed(shape.optional, value, where);
    } else if (shape?.maybe !== undefined) {
        if (value !== null)
            trimmed(shape.maybe, value, where);
    } else if (Array.isArray(shape) && Array.isArray(value)) {
        value.forEach((v, i) => trimmed(shape[0], v, `${where}[${i}]`));
    } else if (isObject(shape) && !(shape instanceof RegExp) &&
        isObject(value)) {
        for (const [name, v] of Object.entries(value)) {
            assert.ok(name in shape, `${where} has ${name}`);
            trimmed(shape[name], v, `${where}.${name}`);
        }
    } else {
        has(shape, value, where);
    }
}

function walk(value, where) {
    if (Array.isArray(value))
        value.forEach((v, i) => walk(v, `${where}[${i}]`));
    if (!isObject(value))
        return;
    for (const [name, v] of Object.entries(value)) {
        const at = `${where}.${name}`;
        assert.ok(small.has(name) || /^[A-Z][A-Za-z0-9]*$/.test(name),
            `${at} is no name in Pascal case`);
        if (name in members)
            has(members[name], v, at);
        if (name === 'Profile' && isObject(v))
            trimmed(profile, v, at);
        if (!free.has(name))
            walk(v, at);
    }
    if ('ID' in value && 'Uid' in value)
        trimmed(profile, value, where);
}

const envelope = { Description: some, ErrorCode: (v) => Number.isInteger(v) &&
    v >= 1, Message: some, IsProviderError: false,
ProviderErrorResponse: null,
Errors: optional([{ FieldName: String, ErrorMessage: some }]),
Data: optional(isObject), PINAuthToken: optional(guid),
ConsentToken: optional(some) };
const camel = { description: String, errorCode: Number, message: String,
    isProviderError: false, providerErrorResponse: null };

function isError(json, status, where, path) {
    const service = /\/api\/v2\//i.test(path);
    has(service ? { ...envelope, ...camel } : envelope, json, where);
    if (service)
        assert.equal(json.errorCode, json.ErrorCode, where);
    assert.equal(status === 429, json.ErrorCode === 429, where);
    assert.equal('Errors' in json, json.ErrorCode === 1134, where);
    walk(json.Data ?? {}, `${where} Data`);
}

function isSuccess(text, json, where) {
    for (const word of ['description', 'Description', 'errorCode'])
        assert.ok(!text.includes(word), `${where}: ${word} in a success`);
    assert.ok(isObject(json) || Array.isArray(json), `${where}: no object`);
    for (const name of ['ErrorCode', 'errorCode'])
        assert.ok(!(name in json), `${where}: ${name} in a success`);
    walk(json, where);
}

// No SDK asks for these.
const others = new RegExp('/(openapi\\.json|altcha|\\.well-known/.*|' +
    'ciam/appinfo.*|manage/jwt/introspect|auth/access_token/jwt)$', 'i');

/*
 * status, text; header(name) gives undefined or null for none; path is that
 * of the address, below the site's.  Pages, and what a web server says by
 * itself, are none of this.
 */
export function facts({ method, path, status, text, header }) {
    const where = `${method} ${path}: ${status}`;
    if (!/^[0-9a-f]{32}$/.test(header('x-request-id') ?? '') ||
        !/^application\/json/.test(header('content-type') ?? '') ||
        method === 'HEAD' || others.test(path))
        return;
    assert.equal(header('content-type'), 'application/json; charset=utf-8',
        where);
    assert.ok(text.length > 0, `${where}: empty`);
    const json = JSON.parse(text);
    if (status < 300) {
        assert.equal(status, 200, where);
        isSuccess(text, json, where);
    } else {
        assert.ok(status >= 400, where);
        isError(json, status, where, path);
    }
}
