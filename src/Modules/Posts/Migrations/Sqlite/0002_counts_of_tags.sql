-- Tags count what all members can read: not what followers alone can.
UPDATE tag SET posts = (
  SELECT COUNT(*) FROM post_tag pt JOIN post p ON p.key = pt.post
  WHERE pt.tag = tag.key AND p.listed AND p.visibility IN ('members', 'public'));
