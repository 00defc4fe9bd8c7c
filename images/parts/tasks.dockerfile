# A worker ends a task with the programs kill (procps) and pstree (psmisc). Without them it ends none and reports nothing.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends procps psmisc \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/*.log /var/cache/ldconfig/aux-cache /usr/share/doc /usr/share/man
