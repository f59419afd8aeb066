import { isOften, libraryFiles, testLibrary } from '../support/library-tests.ts';

testLibrary(libraryFiles.filter((file) => !isOften(file)));
