// Made by `npm run threads` of tcdrain-worker.ts; not to be edited. It is of these files:
// ffi/koffi-ffi.ts
// ffi/koffi-signature.ts
// ffi/pass-address.ts
// ffi/thread-ffi.ts
// posix/libc.ts
// posix/threads/tcdrain-worker.ts
// sha256 897a63c33feb45bf7bd670758ceada8790885bc922f8c6436331ba5c54d3d44a

export const tcdrainProgram: string =
  "\"use strict\";var c=require(\"node:worker_threads\");var h=require(\"node:module\");var x={void:\"void\",uchar:\"unsigned char\",int:\"int\",uint:\"unsigned int\",ulong:\"unsigned long\",size:\"size_t\",ssize:\"intptr_t\",pointer:\"void *\",bytes:\"void *\",memory:\"size_t\",string:\"const char *\",string16:\"const char16_t *\"};function p(r){let n=r.indexOf(\"...\");return n===-1?{fixed:r.map(s),variable:void 0}:{fixed:[...r.slice(0,n).map(s),\"...\"],variable:r.slice(n+1).map(s)}}function s(r){if(r===\"...\")throw new TypeError(\"a callback cannot be variadic\");return x[r]}function y(r,n){let e,i=0;return(o,t,u)=>{if(t===e)return r(o,i,u);let a=Number(n(t));return t.length<=65536&&(e=t,i=a),r(o,a,u)}}function g(r){let n=\"default\"in r?r.default:r,e=new Map,i;return{program:()=>(i??=new d(n,n.load(null)),i),load:(o,t)=>new d(n,n.load(o),t),errno:()=>n.errno(),callback:(o,t,u)=>{let a=`${t}(${u.join()})`,f=e.get(a);return f===void 0&&(f=n.proto(s(t),u.map(s)),e.set(a,f)),n.register(o,n.pointer(f))}}}var d=class{#r;#n;#e;constructor(n,e,i=\"cdecl\"){this.#r=n,this.#n=e,this.#e=`__${i}`}has(n){try{return this.#n.symbol(n),!0}catch{return!1}}address(n){return this.#n.symbol(n)}bind(n,e,i){let{fixed:o,variable:t}=p(i);if(t===void 0){let l=this.#n.func(this.#e,n,s(e),[...o]);return i.includes(\"memory\")?y(l,this.#r.address):l}let u=this.#n.func(n,s(e),[...o]),a=o.length-1;return(...l)=>{let m=l.slice(a).flatMap((T,w)=>[t[w],T]);return u(...l.slice(0,a),...m)}}};function v(r){return g((0,h.createRequire)(r)(r))}function k(r){let n=r.program().bind(\"tcdrain\",\"int\",[\"int\"]);return e=>n(e)<0?-r.errno():0}var C=4,{handle:A,koffi:F}=c.workerData,E=k(v(F)),b;do b=E(A);while(b===-C);c.parentPort?.postMessage(b);";
