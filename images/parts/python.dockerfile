# These lines are the same in every image with Python. Images that begin with them share the layer. Compiled packages
# run only in the version of Python that they were installed for.
ARG PYTHON_VERSION
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/*.log /var/cache/ldconfig/aux-cache /usr/share/doc /usr/share/man \
 && python3 -c "import sys; found = '%d.%d' % sys.version_info[:2]; sys.exit(found != '${PYTHON_VERSION}' and 'the distributions are for Python ${PYTHON_VERSION}, the base image has ' + found)"
