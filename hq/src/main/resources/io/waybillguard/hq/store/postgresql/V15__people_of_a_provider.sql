-- People whom an OpenID provider vouches for have no password here. issuer, subject: who they are for
-- the provider, "" of a local account; their name is both as one. shown: what people call them.
ALTER TABLE console_user ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE console_user ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE console_user ADD COLUMN shown TEXT NOT NULL DEFAULT '';
