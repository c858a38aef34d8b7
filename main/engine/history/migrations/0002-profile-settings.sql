-- The settings of the profile as JSON, without secrets, where the recorder noted them: a history that was recorded on
-- one computer can so be opened on another one that has no such profile.
ALTER TABLE profiles ADD COLUMN settings TEXT;
