/*
 * Encodes a picture (YUV4MPEG2, 4:2:0) in VP9 or AV1 as a real-time sender does, with a constant bit rate and layers:
 *
 *     layer-encoder vp9|av1 SPATIAL TEMPORAL KEYFRAME_INTERVAL BITRATE... < picture.y4m > layers.ivf
 *
 * One bit rate in bit/s for each spatial layer, the smallest layer first. ffmpeg cannot encode layers. Spatial layers refer to each other in keyframes only
 * (L3T3_KEY of W3C webrtc-svc), three temporal layers follow the order 0 2 1 2. Each layer of a picture is an IVF frame; its time is
 * picture × SPATIAL + spatial layer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <aom/aom_encoder.h>
#include <aom/aomcx.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

enum { MAX_SPATIAL = 3, MAX_TEMPORAL = 3, TEMPORAL_PERIOD = 4 };

static const int TEMPORAL_LAYER[TEMPORAL_PERIOD] = {0, 2, 1, 2};
/* Most bits of a keyframe, in percent of the mean: as libwebrtc at 30 frames a second. */
enum { MAX_INTRA_PERCENT = 900 };
/* Of the bit rate of a spatial layer, up to each temporal layer, in percent: libwebrtc's shares. */
static const int SHARE[MAX_TEMPORAL] = {40, 60, 100};

struct job {
  int width, height, fps;
  int spatial, temporal, interval;
  int bitrate[MAX_SPATIAL]; /* kbit/s */
  int picture;
  int written;
};

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void put(unsigned long long value, int bytes) {
  for (int i = 0; i < bytes; i++) putchar((int)(value >> (8 * i) & 0xff));
}

static void write_ivf_header(const struct job *job, const char *fourcc, int frames) {
  fwrite("DKIF\0\0\x20\0", 1, 8, stdout);
  fwrite(fourcc, 1, 4, stdout);
  put(job->width, 2);
  put(job->height, 2);
  put((unsigned)(job->fps * job->spatial), 4);
  put(1, 4);
  put(frames, 4);
  put(0, 4);
}

static void write_layer(struct job *job, int layer, const void *data, size_t size) {
  put(size, 4);
  put((unsigned long long)job->picture * job->spatial + layer, 8);
  fwrite(data, 1, size, stdout);
  job->written++;
}

/* Each halves the one above. */
static int denominator(const struct job *job, int layer) { return 1 << (job->spatial - 1 - layer); }

static int layer_bitrate(const struct job *job, int spatial, int temporal) {
  return job->temporal == 1 ? job->bitrate[spatial] : job->bitrate[spatial] * SHARE[temporal] / 100;
}

static int total_bitrate(const struct job *job) {
  int total = 0;
  for (int i = 0; i < job->spatial; i++) total += job->bitrate[i];
  return total;
}

/* libvpx hands over each spatial layer when it is done. */
struct vp9 {
  vpx_codec_ctx_t codec;
  struct job *job;
};

static void on_vp9_layer(vpx_codec_cx_pkt_t *packet, void *user) {
  struct vp9 *vp9 = user;
  if (packet->kind != VPX_CODEC_CX_FRAME_PKT || packet->data.frame.sz == 0) return;
  vpx_svc_layer_id_t id = {0};
  vpx_codec_control(&vp9->codec, VP9E_GET_SVC_LAYER_ID, &id);
  write_layer(vp9->job, id.spatial_layer_id, packet->data.frame.buf, packet->data.frame.sz);
}

static void open_vp9(struct vp9 *vp9) {
  struct job *job = vp9->job;
  vpx_codec_enc_cfg_t cfg;
  if (vpx_codec_enc_config_default(vpx_codec_vp9_cx(), &cfg, 0)) fail("libvpx has no VP9 encoder");
  cfg.g_w = job->width;
  cfg.g_h = job->height;
  cfg.g_timebase = (vpx_rational_t){1, job->fps};
  cfg.g_threads = 1;
  cfg.g_lag_in_frames = 0;
  cfg.g_error_resilient = job->spatial * job->temporal > 1 ? VPX_ERROR_RESILIENT_DEFAULT : 0;
  cfg.rc_end_usage = VPX_CBR;
  cfg.rc_target_bitrate = total_bitrate(job);
  cfg.rc_min_quantizer = 2;
  cfg.rc_max_quantizer = 56;
  cfg.rc_undershoot_pct = 50;
  cfg.rc_overshoot_pct = 50;
  cfg.rc_buf_initial_sz = 500;
  cfg.rc_buf_optimal_sz = 600;
  cfg.rc_buf_sz = 1000;
  cfg.rc_dropframe_thresh = 0;
  cfg.kf_mode = VPX_KF_DISABLED;
  cfg.ss_number_layers = job->spatial;
  cfg.ts_number_layers = job->temporal;
  cfg.temporal_layering_mode =
      job->temporal == 3 ? VP9E_TEMPORAL_LAYERING_MODE_0212 : VP9E_TEMPORAL_LAYERING_MODE_NOLAYERING;
  cfg.ts_periodicity = job->temporal == 3 ? TEMPORAL_PERIOD : 1;
  for (int i = 0; i < job->temporal; i++) cfg.ts_rate_decimator[i] = 1 << (job->temporal - 1 - i);
  for (int i = 0; job->temporal == 3 && i < TEMPORAL_PERIOD; i++) cfg.ts_layer_id[i] = TEMPORAL_LAYER[i];
  vpx_svc_extra_cfg_t extra = {0};
  for (int s = 0; s < job->spatial; s++) {
    cfg.ss_target_bitrate[s] = job->bitrate[s];
    extra.scaling_factor_num[s] = 1;
    extra.scaling_factor_den[s] = denominator(job, s);
    extra.speed_per_layer[s] = 6;
    for (int t = 0; t < job->temporal; t++) {
      int at = s * job->temporal + t;
      cfg.layer_target_bitrate[at] = layer_bitrate(job, s, t);
      extra.max_quantizers[at] = cfg.rc_max_quantizer;
      extra.min_quantizers[at] = cfg.rc_min_quantizer;
    }
  }
  for (int t = 0; t < job->temporal; t++) cfg.ts_target_bitrate[t] = total_bitrate(job) * (job->temporal == 3 ? SHARE[t] : 100) / 100;
  if (vpx_codec_enc_init(&vp9->codec, vpx_codec_vp9_cx(), &cfg, 0)) fail(vpx_codec_error(&vp9->codec));
  vpx_codec_priv_output_cx_pkt_cb_pair_t output = {on_vp9_layer, vp9};
  int failed = vpx_codec_control(&vp9->codec, VP8E_SET_CPUUSED, 6) ||
               vpx_codec_control(&vp9->codec, VP9E_SET_AQ_MODE, 3) ||
               vpx_codec_control(&vp9->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, MAX_INTRA_PERCENT);
  if (job->spatial * job->temporal > 1)
    failed |= vpx_codec_control(&vp9->codec, VP9E_SET_SVC, 1) ||
              vpx_codec_control(&vp9->codec, VP9E_SET_SVC_PARAMETERS, &extra) ||
              vpx_codec_control(&vp9->codec, VP9E_SET_SVC_INTER_LAYER_PRED, 2) ||
              vpx_codec_control(&vp9->codec, VP9E_REGISTER_CX_CALLBACK, &output);
  if (failed) fail(vpx_codec_error(&vp9->codec));
}

static void encode_vp9(struct vp9 *vp9, unsigned char *pixels) {
  struct job *job = vp9->job;
  vpx_image_t image;
  vpx_img_wrap(&image, VPX_IMG_FMT_I420, job->width, job->height, 1, pixels);
  vpx_enc_frame_flags_t flags = job->picture % job->interval == 0 ? VPX_EFLAG_FORCE_KF : 0;
  if (vpx_codec_encode(&vp9->codec, &image, job->picture, 1, flags, VPX_DL_REALTIME)) fail(vpx_codec_error(&vp9->codec));
  vpx_codec_iter_t at = NULL;
  const vpx_codec_cx_pkt_t *packet;
  while (job->spatial * job->temporal == 1 && (packet = vpx_codec_get_cx_data(&vp9->codec, &at)))
    if (packet->kind == VPX_CODEC_CX_FRAME_PKT) write_layer(job, 0, packet->data.frame.buf, packet->data.frame.sz);
}

static void open_av1(aom_codec_ctx_t *codec, const struct job *job) {
  aom_codec_enc_cfg_t cfg;
  if (aom_codec_enc_config_default(aom_codec_av1_cx(), &cfg, AOM_USAGE_REALTIME)) fail("libaom has no AV1 encoder");
  cfg.g_w = job->width;
  cfg.g_h = job->height;
  cfg.g_timebase = (aom_rational_t){1, job->fps};
  cfg.g_threads = 1;
  cfg.g_lag_in_frames = 0;
  cfg.g_error_resilient = 0;
  cfg.rc_end_usage = AOM_CBR;
  cfg.rc_target_bitrate = total_bitrate(job);
  cfg.rc_min_quantizer = 10;
  cfg.rc_max_quantizer = 58;
  cfg.rc_undershoot_pct = 50;
  cfg.rc_overshoot_pct = 50;
  cfg.rc_buf_initial_sz = 500;
  cfg.rc_buf_optimal_sz = 600;
  cfg.rc_buf_sz = 1000;
  cfg.rc_dropframe_thresh = 0;
  cfg.kf_mode = AOM_KF_DISABLED;
  if (aom_codec_enc_init(codec, aom_codec_av1_cx(), &cfg, 0)) fail(aom_codec_error(codec));
  aom_svc_params_t layers = {.number_spatial_layers = job->spatial, .number_temporal_layers = job->temporal};
  for (int t = 0; t < job->temporal; t++) layers.framerate_factor[t] = 1 << (job->temporal - 1 - t);
  for (int s = 0; s < job->spatial; s++) {
    layers.scaling_factor_num[s] = 1;
    layers.scaling_factor_den[s] = denominator(job, s);
    for (int t = 0; t < job->temporal; t++) {
      int at = s * job->temporal + t;
      layers.layer_target_bitrate[at] = layer_bitrate(job, s, t);
      layers.max_quantizers[at] = cfg.rc_max_quantizer;
      layers.min_quantizers[at] = cfg.rc_min_quantizer;
    }
  }
  /* What libwebrtc sets for cameras. */
  int failed = aom_codec_control(codec, AOME_SET_CPUUSED, 8) || aom_codec_control(codec, AV1E_SET_CDF_UPDATE_MODE, 1) ||
               aom_codec_control(codec, AV1E_SET_AQ_MODE, 3) || aom_codec_control(codec, AV1E_SET_ENABLE_ORDER_HINT, 0) ||
               aom_codec_control(codec, AV1E_SET_ENABLE_TPL_MODEL, 0) || aom_codec_control(codec, AV1E_SET_DELTAQ_MODE, 0) ||
               aom_codec_control(codec, AV1E_SET_ENABLE_OBMC, 0) || aom_codec_control(codec, AV1E_SET_ENABLE_WARPED_MOTION, 0) ||
               aom_codec_control(codec, AV1E_SET_ENABLE_GLOBAL_MOTION, 0) || aom_codec_control(codec, AV1E_SET_ENABLE_PALETTE, 0) ||
               aom_codec_control(codec, AV1E_SET_SVC_PARAMS, &layers);
  if (failed) fail(aom_codec_error(codec));
}

/* Slots of the decoder: of each spatial layer one for temporal layer 0 and one for layer 1. */
static aom_svc_ref_frame_config_t av1_references(const struct job *job, int layer) {
  aom_svc_ref_frame_config_t config = {0};
  int place = job->temporal == 3 ? job->picture % job->interval % TEMPORAL_PERIOD : 0;
  int keyframe = job->picture % job->interval == 0;
  int base = 2 * layer;
  for (int i = 0; i < 7; i++) config.ref_idx[i] = 7;
  config.ref_idx[0] = keyframe && layer > 0 ? base - 2 : place == 3 ? base + 1 : base;
  config.reference[0] = !(keyframe && layer == 0);
  if (place == 0) config.refresh[base] = 1;
  if (place == 2) config.refresh[base + 1] = 1;
  return config;
}

static void encode_av1(aom_codec_ctx_t *codec, struct job *job, unsigned char *pixels) {
  aom_image_t image;
  aom_img_wrap(&image, AOM_IMG_FMT_I420, job->width, job->height, 1, pixels);
  for (int s = 0; s < job->spatial; s++) {
    int place = job->picture % job->interval % TEMPORAL_PERIOD;
    aom_svc_layer_id_t id = {s, job->temporal == 3 ? TEMPORAL_LAYER[place] : 0};
    aom_svc_ref_frame_config_t references = av1_references(job, s);
    if (aom_codec_control(codec, AV1E_SET_SVC_LAYER_ID, &id) || aom_codec_control(codec, AV1E_SET_SVC_REF_FRAME_CONFIG, &references))
      fail(aom_codec_error(codec));
    aom_enc_frame_flags_t flags = s == 0 && job->picture % job->interval == 0 ? AOM_EFLAG_FORCE_KF : 0;
    if (aom_codec_encode(codec, &image, job->picture, 1, flags)) fail(aom_codec_error(codec));
    aom_codec_iter_t at = NULL;
    const aom_codec_cx_pkt_t *packet;
    while ((packet = aom_codec_get_cx_data(codec, &at)))
      if (packet->kind == AOM_CODEC_CX_FRAME_PKT) write_layer(job, s, packet->data.frame.buf, packet->data.frame.sz);
  }
}

static int read_number(const char *text) {
  char *end;
  long number = strtol(text, &end, 10);
  if (*end != 0 || number < 1) fail("a number must be a whole one above 0");
  return (int)number;
}

int main(int count, char **words) {
  if (count < 6) fail("usage: layer-encoder vp9|av1 SPATIAL TEMPORAL KEYFRAME_INTERVAL BITRATE... < picture.y4m > layers.ivf");
  struct job job = {.spatial = read_number(words[2]), .temporal = read_number(words[3]), .interval = read_number(words[4])};
  if (job.spatial > MAX_SPATIAL || (job.temporal != 1 && job.temporal != 3) || count != 5 + job.spatial) fail("1 to 3 spatial layers with a bit rate each, 1 or 3 temporal ones");
  for (int i = 0; i < job.spatial; i++) job.bitrate[i] = read_number(words[5 + i]) / 1000;
  char line[256];
  if (!fgets(line, sizeof line, stdin) || sscanf(line, "YUV4MPEG2 W%d H%d F%d:1", &job.width, &job.height, &job.fps) != 3)
    fail("the input does not begin with a YUV4MPEG2 header of a whole frame rate");
  int is_vp9 = strcmp(words[1], "vp9") == 0;
  struct vp9 vp9 = {.job = &job};
  aom_codec_ctx_t av1;
  if (is_vp9) open_vp9(&vp9);
  else open_av1(&av1, &job);
  size_t size = (size_t)job.width * job.height * 3 / 2;
  unsigned char *pixels = malloc(size);
  /* The number of frames is not known yet; readers go by the frames that follow. */
  write_ivf_header(&job, is_vp9 ? "VP90" : "AV01", 0);
  for (; fgets(line, sizeof line, stdin); job.picture++) {
    if (fread(pixels, 1, size, stdin) != size) fail("the last picture is incomplete");
    if (is_vp9) encode_vp9(&vp9, pixels);
    else encode_av1(&av1, &job, pixels);
    if (job.written != (job.picture + 1) * job.spatial) fail("the encoder left a layer out");
  }
  return 0;
}
