"""Logging configurations of DolphinScheduler's servers, for Logback."""

WITH_TASKS = """\
<configuration>
  <conversionRule conversionWord="masked"
                  converterClass="org.apache.dolphinscheduler.service.log.SensitiveDataConverter"/>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%t] %logger{36} - %msg%n</pattern></encoder>
  </appender>
  <appender name="TASKLOGFILE" class="ch.qos.logback.classic.sift.SiftingAppender">
    <filter class="org.apache.dolphinscheduler.service.log.TaskLogFilter"/>
    <Discriminator class="org.apache.dolphinscheduler.service.log.TaskLogDiscriminator">
      <key>taskAppId</key>
      <logBase>@{volume.data}/logs</logBase>
    </Discriminator>
    <sift>
      <appender name="FILE-${taskAppId}" class="ch.qos.logback.core.FileAppender">
        <file>@{volume.data}/logs/${taskAppId}.log</file>
        <encoder><pattern>[%level] %d{yyyy-MM-dd HH:mm:ss.SSS Z} - %masked%n</pattern></encoder>
        <append>true</append>
      </appender>
    </sift>
  </appender>
  <logger name="org.apache.zookeeper" level="WARN"/>
  <!-- This aspect logs request parameters, which include the webhook's URL. -->
  <logger name="org.apache.dolphinscheduler.api.aspect.AccessLogAspect" level="WARN"/>
  <logger name="org.apache.hadoop" level="WARN"/>
  <root level="INFO">
    <appender-ref ref="STDOUT"/>
    <appender-ref ref="TASKLOGFILE"/>
  </root>
</configuration>
"""
"""Configuration of servers that run tasks. Each task has a log file, which the API reads."""

WITHOUT_TASKS = """\
<configuration>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%t] %logger{36} - %msg%n</pattern></encoder>
  </appender>
  <logger name="org.apache.zookeeper" level="WARN"/>
  <!-- This aspect logs request parameters, which include the webhook's URL. -->
  <logger name="org.apache.dolphinscheduler.api.aspect.AccessLogAspect" level="WARN"/>
  <logger name="org.apache.hadoop" level="WARN"/>
  <root level="INFO"><appender-ref ref="STDOUT"/></root>
</configuration>
"""
"""Configuration of the other servers."""
