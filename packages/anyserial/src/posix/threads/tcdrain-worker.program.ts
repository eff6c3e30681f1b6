// Made by `npm run threads` of tcdrain-worker.ts; not to be edited. It is of these files:
// ffi/koffi-ffi.ts
// ffi/koffi-signature.ts
// ffi/pass-address.ts
// ffi/thread-ffi.ts
// posix/libc.ts
// posix/threads/tcdrain-worker.ts
// sha256 0bcbb6aeb8fac294e598ead4b544b43d583ac671694566d5449a7949d7a26e49

export const tcdrainProgram: string =
  "\"use strict\";var c=require(\"node:worker_threads\");var h=require(\"node:module\");var x={void:\"void\",uchar:\"unsigned char\",int:\"int\",uint:\"unsigned int\",ulong:\"unsigned long\",size:\"size_t\",ssize:\"intptr_t\",pointer:\"void *\",bytes:\"void *\",memory:\"size_t\",string:\"const char *\",string16:\"const char16_t *\"};function p(r){let n=r.indexOf(\"...\");return n===-1?{fixed:r.map(u),variable:void 0}:{fixed:[...r.slice(0,n).map(u),\"...\"],variable:r.slice(n+1).map(u)}}function u(r){if(r===\"...\")throw new TypeError(\"a callback cannot be variadic\");return x[r]}function y(r,n){let e,t=0;return(i,o,l)=>{let{buffer:a,byteOffset:s}=o;if(a===e)return r(i,t+s,l);let f=Number(n(o));return a.byteLength<=65536&&(e=a,t=f-s),r(i,f,l)}}function g(r){let n=\"default\"in r?r.default:r,e=new Map,t;return{program:()=>(t??=new d(n,n.load(null)),t),load:(i,o)=>new d(n,n.load(i),o),errno:()=>n.errno(),callback:(i,o,l)=>{let a=`${o}(${l.join()})`,s=e.get(a);return s===void 0&&(s=n.proto(u(o),l.map(u)),e.set(a,s)),n.register(i,n.pointer(s))}}}var d=class{#r;#n;#e;constructor(n,e,t=\"cdecl\"){this.#r=n,this.#n=e,this.#e=`__${t}`}has(n){try{return this.#n.symbol(n),!0}catch{return!1}}address(n){return this.#n.symbol(n)}bind(n,e,t){let{fixed:i,variable:o}=p(t);if(o===void 0){let f=this.#n.func(this.#e,n,u(e),[...i]);return t.includes(\"memory\")?y(f,this.#r.address):f}let l=this.#n.func(n,u(e),[...i]),a=i.length-1;return(...f)=>{let m=f.slice(a).flatMap((w,T)=>[o[T],w]);return l(...f.slice(0,a),...m)}}};function v(r){return g((0,h.createRequire)(r)(r))}function k(r){let n=r.program().bind(\"tcdrain\",\"int\",[\"int\"]);return e=>n(e)<0?-r.errno():0}var C=4,{handle:A,koffi:F}=c.workerData,L=k(v(F)),b;do b=L(A);while(b===-C);c.parentPort?.postMessage(b);";
