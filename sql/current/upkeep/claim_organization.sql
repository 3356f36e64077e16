-- Notes the org that a process has logged in to as the one whose records this database holds, or refuses (SF012) where
-- that is another one: records of two orgs beside each other would be wrong without notice.
-- Consumes: what the login answered. Produces: the row of sf_shadow.organization. Safe to repeat, and at once.
create or replace function sf_shadow.claim_organization(of_organization_id text, of_instance_url text) returns void
language plpgsql set search_path = '' as $$
declare
  claimed sf_shadow.organization;
begin
  select o.* into claimed from sf_shadow.organization o;
  if not found then
    insert into sf_shadow.organization (organization_id, instance_url) values (of_organization_id, of_instance_url)
    on conflict (only_row) do nothing;
    select o.* into claimed from sf_shadow.organization o;
  end if;
  if claimed.organization_id <> of_organization_id then
    raise exception 'this database belongs to org % (%), and the login is to org % (%)',
      claimed.organization_id, claimed.instance_url, of_organization_id, of_instance_url
      using errcode = 'SF012', hint = 'Correct DATABASE_URL or the SF_* variables. To move this database to the other org, stop '
        'the service and run the command adopt-org --confirm ' || of_organization_id;
  end if;
  -- The org has moved to another instance.
  update sf_shadow.organization o set instance_url = of_instance_url where o.instance_url <> of_instance_url;
end
$$;
