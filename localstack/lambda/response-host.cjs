/**
 * CloudFormation's response URLs name an HTTPS host of AWS, and the functions of CDK take host and path from them and
 * nothing else. Here that host is the cloud that the process belongs to: requests to it go there by plain HTTP.
 */
'use strict';
const http = require('node:http');
const https = require('node:https');
const { syncBuiltinESMExports } = require('node:module');

const HOST = /^cloudformation-custom-resource-response-[a-z0-9]+\.s3\.amazonaws\.com$/;
const PATH = '/_cloud/cloudformation-response';

/** Options of a request with its URL, in whichever of the three forms it was given, read into them. */
function optionsOf([first, second]) {
  if (typeof first !== 'string' && !(first instanceof URL)) return first ?? {};
  const { hostname, pathname, search } = new URL(first);
  const options = typeof second === 'object' ? second : {};
  return { hostname, path: `${pathname}${search}`, ...options };
}

/** Leads requests to response URLs to the cloud at `endpoint`, from `https` and from `fetch`. */
function leadResponsesTo(endpoint) {
  const cloud = new URL(endpoint);
  const { request } = https;
  https.request = (...args) => {
    const { hostname, host, path, method, headers } = optionsOf(args);
    if (!HOST.test(hostname ?? host ?? '')) return request(...args);
    const onResponse = args.find((argument) => typeof argument === 'function');
    const target = { hostname: cloud.hostname, port: cloud.port, path: `${PATH}${path}`, method, headers };
    return http.request(target, onResponse);
  };
  const { fetch } = globalThis;
  globalThis.fetch = (resource, init) => {
    const address = String(resource instanceof Request ? resource.url : resource);
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !HOST.test(url.hostname)) return fetch(resource, init);
    const target = `${endpoint}${PATH}${url.pathname}${url.search}`;
    return fetch(resource instanceof Request ? new Request(target, resource) : target, init);
  };
  syncBuiltinESMExports();
}

module.exports = { leadResponsesTo };
