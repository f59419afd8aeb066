// A small server of streams for tests: WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) on pion, the
// WebRTC stack of livekit-server. It forwards each publisher's packets to the players of its stream.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// version is set by the linker: a digest of this module.
var version = "0"

var (
	listen  = flag.String("listen", "127.0.0.1:0", "address")
	token   = flag.String("token-variable", "", "environment variable with the bearer token; none: requests need none")
	players = flag.Int("players", 1000, "most players; more are refused with 503")
	drop    = flag.Int("drop", 0, "leave out each nth packet to players; 0: none")
)

// stream is what one publisher sends.
type stream struct {
	mu        sync.Mutex
	publisher *webrtc.PeerConnection
	tracks    map[string]*webrtc.TrackLocalStaticRTP
}

// server has streams by name, and sessions by number.
type server struct {
	api      *webrtc.API
	secret   string
	mu       sync.Mutex
	streams  map[string]*stream
	sessions map[string]func()
	next     int
	players  atomic.Int64
	deletes  atomic.Int64
}

func main() {
	showVersion := flag.Bool("version", false, "print the version")
	flag.Parse()
	if *showVersion {
		fmt.Println("stream-server version", version)
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	api, err := newAPI()
	if err != nil {
		return err
	}
	s := &server{api: api, streams: map[string]*stream{}, sessions: map[string]func(){}}
	if *token != "" {
		s.secret = os.Getenv(*token)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{stream}/whip", s.authorized(s.publish))
	mux.HandleFunc("POST /{stream}/whep", s.authorized(s.play))
	mux.HandleFunc("DELETE /session/{id}", s.authorized(s.end))
	// Redirects to another place of this server, and to another server.
	mux.HandleFunc("POST /near/{stream}/{way}", redirect("/"))
	mux.HandleFunc("POST /far/{stream}/{way}", redirect("http://localhost:1/"))
	mux.HandleFunc("GET /counts", s.counts)
	mux.HandleFunc("POST /close", s.closeAll)
	return http.ListenAndServe(*listen, mux)
}

// newAPI makes connections on loopback alone.
func newAPI() (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" || name == "lo0" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(settings),
	), nil
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to+r.PathValue("stream")+"/"+r.PathValue("way"))
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}

func (s *server) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.secret != "" && r.Header.Get("Authorization") != "Bearer "+s.secret {
			http.Error(w, "the token is not valid", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (s *server) streamOf(name string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.streams[name]
	if one == nil {
		one = &stream{tracks: map[string]*webrtc.TrackLocalStaticRTP{}}
		s.streams[name] = one
	}
	return one
}

func (s *server) publish(w http.ResponseWriter, r *http.Request) {
	to := s.streamOf(r.PathValue("stream"))
	peer, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	to.mu.Lock()
	taken := to.publisher != nil
	if !taken {
		to.publisher = peer
	}
	to.mu.Unlock()
	if taken {
		_ = peer.Close()
		http.Error(w, "the stream has a publisher", http.StatusConflict)
		return
	}
	peer.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { to.forward(remote) })
	s.answer(w, r, peer, func() {
		to.mu.Lock()
		defer to.mu.Unlock()
		to.publisher = nil
		to.tracks = map[string]*webrtc.TrackLocalStaticRTP{}
	})
}

// forward gives the packets of a track to the players of the stream.
func (st *stream) forward(remote *webrtc.TrackRemote) {
	kind := remote.Kind().String()
	local, err := webrtc.NewTrackLocalStaticRTP(remote.Codec().RTPCodecCapability, kind, "stream")
	if err != nil {
		return
	}
	st.mu.Lock()
	st.tracks[kind] = local
	st.mu.Unlock()
	for number := 1; ; number++ {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		if *drop > 0 && number%*drop == 0 {
			continue
		}
		if err := local.WriteRTP(packet); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			return
		}
	}
}

func (s *server) play(w http.ResponseWriter, r *http.Request) {
	from := s.streamOf(r.PathValue("stream"))
	from.mu.Lock()
	publisher := from.publisher
	tracks := make([]*webrtc.TrackLocalStaticRTP, 0, len(from.tracks))
	for _, one := range from.tracks {
		tracks = append(tracks, one)
	}
	from.mu.Unlock()
	if publisher == nil || len(tracks) == 0 {
		http.Error(w, "the stream is not published", http.StatusNotFound)
		return
	}
	if s.players.Add(1) > int64(*players) {
		s.players.Add(-1)
		w.Header().Set("Retry-After", "1")
		http.Error(w, "no capacity is left", http.StatusServiceUnavailable)
		return
	}
	peer, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.players.Add(-1)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for _, one := range tracks {
		sender, err := peer.AddTrack(one)
		if err == nil {
			go passKeyFrameRequests(sender, publisher)
		}
	}
	s.answer(w, r, peer, func() { s.players.Add(-1) })
}

// passKeyFrameRequests asks the publisher for a key frame when a player does.
func passKeyFrameRequests(sender *webrtc.RTPSender, publisher *webrtc.PeerConnection) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, one := range packets {
			if _, isRequest := one.(*rtcp.PictureLossIndication); !isRequest {
				continue
			}
			for _, receiver := range publisher.GetReceivers() {
				if track := receiver.Track(); track != nil && track.Kind() == webrtc.RTPCodecTypeVideo {
					_ = publisher.WriteRTCP([]rtcp.Packet{
						&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())},
					})
				}
			}
		}
	}
}

// answer answers the offer with a session, which ends once: by DELETE, or with its connection.
func (s *server) answer(w http.ResponseWriter, r *http.Request, peer *webrtc.PeerConnection, released func()) {
	var once sync.Once
	s.mu.Lock()
	s.next++
	id := strconv.Itoa(s.next)
	end := func() {
		once.Do(func() {
			s.mu.Lock()
			delete(s.sessions, id)
			s.mu.Unlock()
			released()
			_ = peer.Close()
		})
	}
	s.sessions[id] = end
	s.mu.Unlock()
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed || state == webrtc.PeerConnectionStateClosed {
			go end()
		}
	})
	answer, err := answerTo(peer, r)
	if err != nil {
		end()
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", "/session/"+id)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

func answerTo(peer *webrtc.PeerConnection, r *http.Request) (string, error) {
	offer, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if err := peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)}); err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	answer, err := peer.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	if err := peer.SetLocalDescription(answer); err != nil {
		return "", err
	}
	select {
	case <-gathered:
	case <-time.After(5 * time.Second):
	}
	return peer.LocalDescription().SDP, nil
}

func (s *server) end(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	end := s.sessions[r.PathValue("id")]
	s.mu.Unlock()
	if end == nil {
		http.Error(w, "there is no such session", http.StatusNotFound)
		return
	}
	s.deletes.Add(1)
	end()
	w.WriteHeader(http.StatusOK)
}

// closeAll ends all sessions as a server does that restarts.
func (s *server) closeAll(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	ends := make([]func(), 0, len(s.sessions))
	for _, end := range s.sessions {
		ends = append(ends, end)
	}
	s.mu.Unlock()
	for _, end := range ends {
		end()
	}
	w.WriteHeader(http.StatusOK)
}

func (s *server) counts(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]int{
		"sessions": len(s.sessions),
		"players":  int(s.players.Load()),
		"deletes":  int(s.deletes.Load()),
	})
}
