/** `import text from './file.sql?raw'`: the file's text, put into the bundle by Vite. */
declare module '*?raw' {
  const text: string;
  export default text;
}
