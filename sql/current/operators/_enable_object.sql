-- Has an object followed, or passed over (pause_object then opens or closes the hole). Changes sf_shadow.object. Says
-- whether that is new. An unknown object is SF006. Safe to repeat.
create or replace function sf_shadow._enable_object(of_object text, of_enabled boolean) returns boolean
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._assert_mirrored(of_object);
  update sf_shadow.object o set enabled = of_enabled where o.object = of_object and o.enabled <> of_enabled;
  return found;
end
$$;
