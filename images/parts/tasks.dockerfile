# A worker kills tasks with kill (procps) and pstree (psmisc). Without these programs it kills nothing and reports no
# error.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends procps psmisc \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/*.log /var/cache/ldconfig/aux-cache /usr/share/doc /usr/share/man
