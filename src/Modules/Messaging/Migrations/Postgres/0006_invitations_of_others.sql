-- Invitations made by members who may make none any more.
DELETE FROM invitation WHERE EXISTS (
  SELECT 1 FROM member m WHERE m.room_id = invitation.room_id AND m.account_id = invitation.created_by
    AND (m.state <> 'in' OR m.role = 'member'));

-- And those of people who have been erased.
DELETE FROM invitation WHERE created_by IS NULL;
