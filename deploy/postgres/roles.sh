#!/bin/sh
# Runs once, when the database is made: the service owns its database and is no superuser; Grafana only reads.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set sf_shadow="$(cat /run/secrets/sf_shadow_password)" \
  --set grafana="$(cat /run/secrets/grafana_reader_password)" <<'SQL'
create role sf_shadow_reader nologin;
create role sf_shadow_operator nologin;
create role sf_shadow login password :'sf_shadow';
create role grafana login password :'grafana' in role sf_shadow_reader;
create database shop owner sf_shadow;
SQL
