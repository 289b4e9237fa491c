-- Of the accounts that keep what a profile shows of their other rows: how many
-- there are, and of how many that is not what these rows say.
SELECT COUNT(*), COALESCE(SUM(a.summary <> REPLACE(REPLACE(REPLACE(CONCAT(
    SUBSTRING_INDEX(a.summary, ',', 1), ',',
    COALESCE(p.changed_s, 0), ',', COALESCE(p.secure, 0), ',',
    COALESCE(p.breached_s, 0), COALESCE((SELECT GROUP_CONCAT(',[',
    i.kind, ',', i.position, ',', i.verified_s, ',', i.locked_until_s, ',',
    JSON_QUOTE(CONVERT(i.canonical USING utf8mb4)), ',',
    JSON_QUOTE(i.given), ',', JSON_QUOTE(i.label), ']'
    ORDER BY i.kind, i.position, i.created_s, i.canonical SEPARATOR '')
    FROM dw_identifier AS i WHERE i.uid = a.uid), ''), ']'),
    '<', '\\u003C'), '>', '\\u003E'), '&', '\\u0026')), 0)
    FROM dw_account AS a LEFT JOIN dw_password AS p ON p.uid = a.uid
    WHERE a.summary <> '';
