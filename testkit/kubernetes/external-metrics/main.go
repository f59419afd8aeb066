// External-metrics serves results of Prometheus queries as external metrics (external.metrics.k8s.io),
// which a HorizontalPodAutoscaler reads: one metric for each flag --metric NAME=QUERY.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/metrics/pkg/apis/external_metrics"

	basecmd "sigs.k8s.io/custom-metrics-apiserver/pkg/cmd"
	"sigs.k8s.io/custom-metrics-apiserver/pkg/provider"
)

const answersWithin = 5 * time.Second

// prometheus answers each metric with a query.
type prometheus struct {
	address string
	queries map[string]string
}

func (p prometheus) ListAllExternalMetrics() []provider.ExternalMetricInfo {
	var found []provider.ExternalMetricInfo
	for name := range p.queries {
		found = append(found, provider.ExternalMetricInfo{Metric: name})
	}
	return found
}

// GetExternalMetric returns an error for a query without a result: an autoscaler keeps its number of
// pods then, and would remove them for a list without values.
func (p prometheus) GetExternalMetric(ctx context.Context, _ string, _ labels.Selector, info provider.ExternalMetricInfo) (*external_metrics.ExternalMetricValueList, error) {
	query, known := p.queries[info.Metric]
	if !known {
		return nil, fmt.Errorf("no query for the metric %q", info.Metric)
	}
	value, err := p.query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	return &external_metrics.ExternalMetricValueList{
		Items: []external_metrics.ExternalMetricValue{{
			MetricName: info.Metric,
			Value:      *resource.NewMilliQuantity(int64(value*1000), resource.DecimalSI),
			Timestamp:  metav1.Now(),
		}},
	}, nil
}

func (p prometheus) query(ctx context.Context, query string) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	address := p.address + "/api/v1/query?" + url.Values{"query": {query}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var answer struct {
		Error string
		Data  struct{ Result []struct{ Value [2]any } }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if len(answer.Data.Result) != 1 {
		return 0, fmt.Errorf("%d results in place of one %s", len(answer.Data.Result), answer.Error)
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	return strconv.ParseFloat(text, 64)
}

func run() error {
	adapter := &basecmd.AdapterBase{Name: "external-metrics"}
	address := adapter.Flags().String("prometheus-url", "http://127.0.0.1:9090", "address of Prometheus")
	metrics := adapter.Flags().StringArray("metric", nil, "NAME=QUERY, with one result; may be repeated")
	if err := adapter.Flags().Parse(os.Args[1:]); err != nil {
		return err
	}
	queries := map[string]string{}
	for _, metric := range *metrics {
		name, query, found := strings.Cut(metric, "=")
		if !found {
			return fmt.Errorf("--metric %s: must be NAME=QUERY", metric)
		}
		queries[name] = query
	}
	adapter.WithExternalMetrics(prometheus{address: *address, queries: queries})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return adapter.Run(ctx)
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("external-metrics 1.0.0")
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
