#!/usr/bin/env node
// The executable of the package: npm can link it before the first build, which dist/main.js cannot offer.
import "../dist/main.js";
