{{/* The specification of the Job of a load test: root, test (its values), name, key, files (its scenario files), claim (of its records). */}}
{{- define "swarm.loadTestJob" -}}
{{- $test := .test }}
{{- $own := merge (deepCopy .root.Values.networkPolicy.runnerLabels) (dict "app.kubernetes.io/component" "runner" "load-test" .key) }}
backoffLimit: {{ int $test.backoffLimit }}
{{- with $test.activeDeadlineSeconds }}
activeDeadlineSeconds: {{ int . }}
{{- end }}
{{- if ne (toString $test.ttlSecondsAfterFinished) "" }}
ttlSecondsAfterFinished: {{ int $test.ttlSecondsAfterFinished }}
{{- end }}
# A verdict is a result: crossed thresholds (99), inconclusive (98). So are a mistake (2) and an interruption (130). None of them is tried again.
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes: { containerName: swarm, operator: In, values: [2, 98, 99, 130] }
template:
  metadata:
    labels: {{- include "swarm.podLabels" (dict "root" .root "labels" $own "values" $test) | nindent 6 }}
    {{- with $test.podAnnotations }}
    annotations: {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    {{- include "swarm.pod" (dict "root" .root "values" $test) | nindent 4 }}
    restartPolicy: Never
    terminationGracePeriodSeconds: {{ int $test.terminationGracePeriodSeconds }}
    containers:
      - name: swarm
        image: {{ include "swarm.image" .root }}
        imagePullPolicy: {{ .root.Values.image.pullPolicy }}
        workingDir: /work
        # Kubernetes puts the variable of the Secret in the place of $(LIVEKIT_URL).
        args:
          {{- if .files }}
          - run
          {{- end }}
          - {{ printf "--url=%s" ($test.url | default "$(LIVEKIT_URL)") | quote }}
          {{- if $test.hosts }}
          - {{ printf "--hosts=%d" (int $test.hosts) | quote }}
          {{- end }}
          {{- with $test.scale }}
          - {{ printf "--scale=%s" . | quote }}
          {{- end }}
          {{- range $test.thresholds }}
          - {{ printf "--threshold=%s" . | quote }}
          {{- end }}
          {{- range $test.reports }}
          - {{ printf "--report=%s" . | quote }}
          {{- end }}
          {{- range $test.args }}
          - {{ . | quote }}
          {{- end }}
          {{- range .files }}
          - {{ printf "/etc/livekit-swarm/scenarios/%s" . | quote }}
          {{- end }}
        env:
          - { name: CI, value: "true" }
          {{- if $test.hosts }}
          {{- include "swarm.queueEnv" .root | nindent 10 }}
          {{- end }}
          {{- with $test.extraEnv }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
        {{- with $test.existingSecret }}
        envFrom:
          - secretRef: { name: {{ . }} }
        {{- end }}
        # The verdict shows in the status of the pod.
        terminationMessagePolicy: FallbackToLogsOnError
        securityContext: {{- include "swarm.containerSecurity" . | nindent 10 }}
        resources: {{- toYaml $test.resources | nindent 10 }}
        volumeMounts:
          - { name: tmp, mountPath: /tmp }
          - { name: records, mountPath: /work/records }
          {{- if .files }}
          - { name: scenarios, mountPath: /etc/livekit-swarm/scenarios, readOnly: true }
          {{- end }}
          {{- with $test.extraVolumeMounts }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
    volumes:
      - name: tmp
        emptyDir: {}
      - name: records
        {{- if .claim }}
        persistentVolumeClaim: { claimName: {{ .claim }} }
        {{- else }}
        emptyDir: {}
        {{- end }}
      {{- if .files }}
      - name: scenarios
        configMap: { name: {{ $test.existingConfigMap | default .name }} }
      {{- end }}
      {{- with $test.extraVolumes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
{{- end }}
