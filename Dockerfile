# The server as `deno task start` runs it: same command, same permissions. It writes nothing when it runs, so
# the file system may be read-only:
#   docker build -t call-camp-studio .
#   docker run --read-only -p 8787:8787 -e DATABASE_URL=… -e PUBLIC_URL=… -e SIGNING_KEY=… call-camp-studio
FROM denoland/deno:2.9.6

WORKDIR /app
ENV PORT=8787 DENO_NO_UPDATE_CHECK=1

COPY deno.json deno.lock ./
RUN deno install --frozen-lockfile
COPY src src
COPY adapters adapters
RUN deno cache --frozen-lockfile adapters/main.ts adapters/cli/main.ts

# The image's user "deno", as a number, so that a cluster can see that it is not root.
USER 1993:1993
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD echo 'Deno.exit((await fetch(`http://127.0.0.1:${Deno.env.get("PORT")}/healthz`)).ok ? 0 : 1)' \
  | deno run --no-prompt --allow-net=127.0.0.1 --allow-env=PORT -
CMD ["deno", "run", "--no-prompt", "--allow-net", "--allow-env=PG*,DATABASE_URL,DATABASE_READ_URL,DATABASE_LISTEN_URL,PUBLIC_URL,PORT,SIGNING_KEY,LIMIT_*,OTEL_DENO,TELEPHONY,SIMULATED_PHONE_SPEED,TWILIO_*,SIP_*", "--allow-read=adapters/postgres/migrations,adapters/console/assets", "adapters/main.ts"]
