FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm
ENV NODE_ENV=production MILLRACE_HOST=0.0.0.0 MILLRACE_PORT=6875 MILLRACE_DATA=/var/lib/millrace
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/sql ./sql
COPY --from=build /app/templates ./templates
COPY --from=build /app/examples ./examples
COPY --from=build /app/package.json ./
RUN mkdir -p /var/lib/millrace && chown node:node /var/lib/millrace
USER node
VOLUME /var/lib/millrace
EXPOSE 6875
# Beyond loopback the server does not start without MILLRACE_PASSWORD.
CMD ["node", "dist/src/cli/main.js", "start"]
