import { configure } from "@testing-library/react";

// Tests wait for a condition, not for a time; the limit only ends a test that will never pass, on a busy machine too.
configure({ asyncUtilTimeout: 20_000 });
