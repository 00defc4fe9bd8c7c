-- The platform's schema is applied before this one.
GRANT SELECT, INSERT, DELETE ON TABLE kappastack.run_ranges TO ROLE scheduler_role;
