import { configure } from "@testing-library/react";

// Tests wait for conditions. This generous limit only ends a test that never passes, also on a busy machine.
configure({ asyncUtilTimeout: 20_000 });
