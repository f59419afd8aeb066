{{- define "swarm.chart" -}}
{{- .Values.nameOverride | default .Chart.Name }}
{{- end }}

{{/* Beginning of the name of every object: at most 47 characters, so that "-exporter-public" fits into the 63 of a Service. */}}
{{- define "swarm.name" -}}
{{- $chart := include "swarm.chart" . }}
{{- $whole := contains $chart .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $chart) }}
{{- .Values.fullnameOverride | default $whole | trunc 47 | trimSuffix "-" }}
{{- end }}

{{/* Quoted: a release may be called 2026, which YAML reads as a number. */}}
{{- define "swarm.selector" -}}
app.kubernetes.io/name: {{ include "swarm.chart" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "swarm.labels" -}}
{{ include "swarm.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "swarm.image" -}}
{{- with .Values.image }}
{{- if not .repository }}{{ fail "image.repository: name the image of livekit-swarm in your registry, such as registry.example.com/livekit-swarm; docs/install.md#container-image builds it" }}{{ end }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "swarm.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "swarm.name" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "swarm.queueSecret" -}}
{{- .Values.queue.existingSecret | default .Values.redis.existingSecret | default (printf "%s-queue" (include "swarm.name" .)) }}
{{- end }}

{{/* Variables with which a pod reaches the queue. */}}
{{- define "swarm.queueEnv" -}}
- name: SWARM_QUEUE
  valueFrom:
    secretKeyRef:
      name: {{ include "swarm.queueSecret" . }}
      key: {{ .Values.queue.key }}
- name: SWARM_QUEUE_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "swarm.queueSecret" . }}
      key: {{ .Values.queue.fleetKey }}
{{- end }}

{{/* Labels of a pod: root, labels (its own), values (of its component). Labels of users cannot replace those that selectors use. */}}
{{- define "swarm.podLabels" -}}
{{- toYaml (merge (deepCopy .labels) (include "swarm.labels" .root | fromYaml) (deepCopy .values.podLabels)) }}
{{- end }}

{{/*
What every pod has: root, values (of its component). The rules "restricted" of Kubernetes' pod security standards. Nothing speaks to the API of the cluster.
*/}}
{{- define "swarm.pod" -}}
{{- $values := .values }}
serviceAccountName: {{ include "swarm.serviceAccount" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $field := list "priorityClassName" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
{{- with get $values $field }}
{{ toYaml (dict $field .) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A root file system that nothing writes to. */}}
{{- define "swarm.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
